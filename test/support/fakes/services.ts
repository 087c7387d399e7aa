import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { type Catalog, makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import type { OperationMessage } from "../../../lambdas/core/job/operation.ts";
import type { RelayMessage } from "../../../lambdas/core/job/relay-message.ts";
import { defaultLimits, grantMs } from "../../../lambdas/core/operations/api-limits.ts";
import { hotMinutes } from "../../../lambdas/core/operations/hot-minutes.ts";
import { rateSlotMs } from "../../../lambdas/core/operations/key-rate.ts";
import type { Delivery } from "../../../lambdas/core/outbound/webhook.ts";
import { fakeAnswers } from "./answers.ts";
import { fakeApiKeys } from "./api-keys.ts";
import { fakeApprovals } from "./approvals.ts";
import { fakeAudit } from "./audit.ts";
import { fakeBlobStore } from "./blob-store.ts";
import { fakeCallerCounts } from "./caller-counts.ts";
import { fakeClock } from "./clock.ts";
import { fakeDefinitions } from "./definitions.ts";
import { fakeDueCounts } from "./due-counts.ts";
import { fakeEndpoints } from "./endpoints.ts";
import { fakeFailures } from "./failures-store.ts";
import { fakeGates } from "./gates.ts";
import { fakeHookDeliveries } from "./hook-deliveries.ts";
import { fakeIncidents } from "./incidents.ts";
import { fakeJobQueue } from "./job-queue.ts";
import { fakeJobStore } from "./job-store.ts";
import { fakeLog } from "./log.ts";
import { fakeMessageQueue } from "./message-queue.ts";
import { fakeOperations } from "./operations.ts";
import { fakePauses } from "./pauses.ts";
import { fakeResultCache } from "./result-cache.ts";
import { fakeRollUps } from "./roll-ups.ts";
import { fakeRoundPlaces } from "./round-places.ts";
import { fakeRunLogs } from "./run-logs.ts";
import { fakeScheduler } from "./scheduler.ts";
import { fakeSearchIndex } from "./search-index.ts";
import { fakeSecrets } from "./secrets.ts";
import { fakeSentDeliveries } from "./sent-deliveries.ts";
import { fakeSessions } from "./sessions.ts";
import { fakeSharedKeys } from "./shared-keys.ts";
import { fakeSignals } from "./signals.ts";
import { fakeStatsStore } from "./stats-store.ts";
import { fakeTicks } from "./ticks.ts";
import { fakeUnscheduled } from "./unscheduled.ts";

/** Everything that an entry works with, as fakes that are fresh for every test. */
export const fakeServices = ({
  catalog = makeCatalog([], registry),
  jobs = [],
  secrets = {},
  clock = fakeClock(),
}: {
  catalog?: Catalog;
  jobs?: Job[];
  secrets?: Record<string, string>;
  clock?: ReturnType<typeof fakeClock>;
} = {}) => {
  const dueCounts = fakeDueCounts();
  return {
    catalog,
    jobs: fakeJobStore(...jobs),
    queue: fakeJobQueue(),
    scheduler: fakeScheduler(),
    blobs: fakeBlobStore(),
    gates: fakeGates(),
    ticks: fakeTicks(),
    resultCache: fakeResultCache(),
    definitions: fakeDefinitions(),
    signals: fakeSignals(),
    approvals: fakeApprovals(),
    runLogs: fakeRunLogs(),
    answers: fakeAnswers(),
    audit: fakeAudit(),
    stats: fakeStatsStore(),
    sharedKeys: fakeSharedKeys(),
    sessions: fakeSessions(),
    failures: fakeFailures(),
    incidents: fakeIncidents(),
    endpoints: fakeEndpoints(),
    hookDeliveries: fakeHookDeliveries(),
    sentDeliveries: fakeSentDeliveries(),
    webhooks: fakeMessageQueue<Delivery>(),
    secrets: fakeSecrets(secrets),
    pauses: fakePauses(clock),
    clock,
    log: fakeLog(),
    limits: defaultLimits,
    waits: fakeCallerCounts(grantMs),
    requests: fakeCallerCounts(rateSlotMs),
    unscheduled: fakeUnscheduled(),
    relays: fakeMessageQueue<RelayMessage>(),
    searchIndex: fakeSearchIndex(),
    operations: fakeOperations(),
    apiKeys: fakeApiKeys(),
    turns: fakeMessageQueue<OperationMessage>(),
    roundPlaces: fakeRoundPlaces(),
    rollUps: fakeRollUps(),
    dueCounts,
    hot: hotMinutes(dueCounts),
  };
};
