import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoAnswers } from "../../../lambdas/aws/dynamodb/answers.ts";
import { dynamoApiKeys } from "../../../lambdas/aws/dynamodb/api-keys.ts";
import { dynamoApprovals } from "../../../lambdas/aws/dynamodb/approvals.ts";
import { dynamoAudit } from "../../../lambdas/aws/dynamodb/audit.ts";
import { dynamoRequests, dynamoWaits } from "../../../lambdas/aws/dynamodb/caller-counts.ts";
import { dynamoDefinitions } from "../../../lambdas/aws/dynamodb/definitions.ts";
import { dynamoDueCounts } from "../../../lambdas/aws/dynamodb/due-counts.ts";
import { dynamoEndpoints } from "../../../lambdas/aws/dynamodb/endpoints.ts";
import { dynamoFailures } from "../../../lambdas/aws/dynamodb/failures.ts";
import { dynamoGates } from "../../../lambdas/aws/dynamodb/gates.ts";
import { dynamoHookDeliveries } from "../../../lambdas/aws/dynamodb/hook-deliveries.ts";
import { dynamoIncidents } from "../../../lambdas/aws/dynamodb/incidents.ts";
import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoOperations } from "../../../lambdas/aws/dynamodb/operations.ts";
import { dynamoPauses } from "../../../lambdas/aws/dynamodb/pauses.ts";
import { dynamoResultCache } from "../../../lambdas/aws/dynamodb/result-cache.ts";
import { dynamoRollUps } from "../../../lambdas/aws/dynamodb/roll-ups.ts";
import { dynamoRoundPlaces } from "../../../lambdas/aws/dynamodb/round-places.ts";
import { dynamoRunLogs } from "../../../lambdas/aws/dynamodb/run-logs.ts";
import { dynamoScheduleStates } from "../../../lambdas/aws/dynamodb/schedule-states.ts";
import { dynamoSearchIndex } from "../../../lambdas/aws/dynamodb/search-index.ts";
import { dynamoSentDeliveries } from "../../../lambdas/aws/dynamodb/sent-deliveries.ts";
import { dynamoSharedKeys } from "../../../lambdas/aws/dynamodb/shared-keys.ts";
import { dynamoSignals } from "../../../lambdas/aws/dynamodb/signals.ts";
import { dynamoStatsStore } from "../../../lambdas/aws/dynamodb/stats-store.ts";
import { dynamoUnscheduled } from "../../../lambdas/aws/dynamodb/unscheduled.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { newApiKey } from "../../../lambdas/core/access/api-key.ts";
import { auditEntryOf } from "../../../lambdas/core/access/audit-entry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import { definitionId, type FeatureDefinition } from "../../../lambdas/core/catalog/feature-definition.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";
import type { Attempt } from "../../../lambdas/core/job/attempt.ts";
import { failureGroupOf, utcDayOf } from "../../../lambdas/core/job/failure-group.ts";
import { type Job, jobMessageOf, type RunRecord } from "../../../lambdas/core/job/job.ts";
import { derivedJobId, stepJobId } from "../../../lambdas/core/job/job-id.ts";
import { pauseId } from "../../../lambdas/core/job/pause.ts";
import { cacheKeyOf } from "../../../lambdas/core/job/result-cache.ts";
import { runLogOf } from "../../../lambdas/core/job/run-log.ts";
import { searchEntriesOf } from "../../../lambdas/core/job/search-entries.ts";
import { addressLimits } from "../../../lambdas/core/job/signal.ts";
import { hourOf, noCounts } from "../../../lambdas/core/job/stats.ts";
import { hotMinutes } from "../../../lambdas/core/operations/hot-minutes.ts";
import { withRecent } from "../../../lambdas/core/operations/recent-pauses.ts";
import * as topology from "../../../lambdas/topology.ts";
import { anOperation } from "../an-operation.ts";
import { startDynamo, table } from "../aws/dynamo.ts";
import { aJob, noon } from "../builders.ts";
import { anApproval } from "../conformance/approvals.ts";
import { aDelivery } from "../conformance/hook-deliveries.ts";
import { aSentMessage } from "../conformance/sent-deliveries.ts";
import { fakeServices } from "../fakes/services.ts";
import { call, productWith } from "../feature-world.ts";
import type { Path } from "./later.ts";

const minute = 60_000;
const tenant = { product: "shop", env: "dev" };
export const lane = { ...tenant, limit: "lane", key: "" };

const onboard = { sequences: { main: [{ event: "create" }, { event: "charge" }] } };
export const onboardDefinition: FeatureDefinition = {
  event: { type: "feature", feature: "onboard" },
  target: onboard,
  constants: {},
};
const plain = productWith({ onboard });
const hook = { url: parameter("/hook"), secret: secret("hook") };
export const product: Product = {
  ...plain,
  jobs: {
    ...plain.jobs,
    limited: { ...call("create"), limits: ["lane"] },
    cached: { ...call("create"), cache_ttl: "1h" },
    only: { ...call("create"), unique: { key: "$Input{body}{user}" } },
  },
  limits: { lane: { concurrency: 2, rate: { limit: 60, period: "1m" } } },
  webhooks: { orders: { events: ["completed"], envs: { dev: hook } } },
};

/** The services of every function, on the real adapters of one table. */
function servicesOn(client: DynamoDBClient) {
  const fakes = fakeServices({
    catalog: makeCatalog([product], registry),
    secrets: { "/hook": "http://127.0.0.1:1", hook: `whsec_${Buffer.alloc(32).toString("base64")}` },
  });
  const storage = { client, table };
  const dueCounts = dynamoDueCounts(storage);
  return {
    ...fakes,
    jobs: dynamoJobStore({ ...storage, retentionDays: 30 }),
    pauses: withRecent(dynamoPauses(storage), fakes.clock),
    gates: dynamoGates(storage),
    stats: dynamoStatsStore(storage),
    failures: dynamoFailures(storage),
    incidents: dynamoIncidents(storage),
    operations: dynamoOperations(storage),
    endpoints: dynamoEndpoints(storage),
    hookDeliveries: dynamoHookDeliveries({ ...storage, retentionDays: 30 }),
    sentDeliveries: dynamoSentDeliveries({ ...storage, retentionDays: 30 }),
    waits: dynamoWaits(storage),
    requests: dynamoRequests(storage),
    sharedKeys: dynamoSharedKeys(storage),
    resultCache: dynamoResultCache(storage),
    definitions: dynamoDefinitions(storage),
    signals: dynamoSignals(storage),
    // All messages of an address but the first one are counted.
    countedSignals: dynamoSignals(storage, { ...addressLimits, page: 1 }),
    approvals: dynamoApprovals(storage),
    runLogs: dynamoRunLogs(storage),
    answers: dynamoAnswers({ ...storage, retentionDays: 30 }),
    audit: dynamoAudit({ ...storage, days: 400 }),
    unscheduled: dynamoUnscheduled(storage),
    dueCounts,
    hot: hotMinutes(dueCounts),
    searchIndex: dynamoSearchIndex(storage),
    keys: dynamoApiKeys(storage),
    states: dynamoScheduleStates(storage),
    roundPlaces: dynamoRoundPlaces(storage),
    rollUps: dynamoRollUps(storage),
  };
}

export type World = ReturnType<typeof servicesOn>;
export const startWorld = async () => {
  const dynamo = await startDynamo();
  return { ...servicesOn(dynamo.client), client: dynamo.client, stop: dynamo.stop };
};

const error = { code: "TIMEOUT", message: "out of time", retryable: true } as const;
const ended = (more: Partial<Attempt> = {}): Attempt => ({
  attempt: 1,
  due_at: noon - 10 * minute,
  started_at: noon - 10 * minute,
  ended_at: noon - 9 * minute,
  outcome: "failed",
  error,
  ...more,
});
const finished = { finished_at: noon - 9 * minute, due_at: noon - 10 * minute, started_at: noon - 10 * minute };
const series = { cron: "0 * * * *", overlap: "skip", missed: "once", anchor: noon } as const;
const make = (more: Partial<Job>): Job => aJob({ ...tenant, event: "create", ...more });
const feature = make({
  type: "feature",
  event: "onboard",
  status: "running",
  due_at: noon - 10 * minute,
  lease_until: 0,
  wake_at: noon - 5 * minute,
  parked_since: noon - 9 * minute,
});
const step = stepJobId(feature, "main.create");

/** A job of each kind and status. */
export const jobs = {
  planned: make({
    ...{ status: "scheduled", due_at: noon + 60 * minute, idempotency_ids: ["job_1"] },
    search: { rev: "r1", values: { order: "A-17" }, sealed: { customer: "hash" } },
  }),
  overdue: make({ due_at: noon - 10 * minute, labels: ["x"] }),
  crashed: make({ status: "running", due_at: noon - 10 * minute, claims: 1, claim_id: "gone", lease_until: noon - 1 }),
  completed: make({
    ...finished,
    status: "completed",
    result: { inline: { ok: true } },
    attempts: [ended({ outcome: "completed", error: undefined as never, cached_from: "job_1" })],
    task_tokens: ["token"],
  }),
  failed: make({ ...finished, status: "failed", error, attempts: [ended()], progress: { inline: { done: [1] } } }),
  notified: make({
    ...finished,
    type: "notification",
    status: "failed",
    error,
    attempts: [ended()],
    progress: { inline: { channels: { email: { status: "failed", code: "TIMEOUT" } } } },
  }),
  cancelled: make({ ...finished, status: "cancelled", reason: "unwanted" }),
  hourly: make({ status: "scheduled", run: 3, due_at: noon + 60 * minute, repeat: series, last_run: ended() }),
  often: make({ due_at: noon - 10 * minute, repeat: { every: minute, overlap: "queue", anchor: noon - 10 * minute } }),
  paused: make({ status: "paused", due_at: noon + 60 * minute, repeat: series }),
  feature: { ...feature, progress: { inline: { "main.create": { status: "queued", job_id: step } } } },
  step: make({ id: step, due_at: noon - 10 * minute, parent: { message: jobMessageOf(feature), step: "main.create" } }),
  ending: {
    ...make({ type: "feature", event: "onboard", status: "running", due_at: noon - 10 * minute }),
    ...{ lease_until: 0, wake_at: noon - 5 * minute, parked_since: noon - 9 * minute, undoes: true as const },
    ending: {
      cause: "cancelled",
      since: noon - 6 * minute,
      asked_at: noon - 6 * minute,
      steps: 1,
      undone: 0,
      failed: 0,
    },
    reason: "unwanted",
    progress: { inline: { "main.create": { status: "completed", finished_at: noon - 7 * minute } } },
  },
  rolledBack: make({
    ...finished,
    type: "feature",
    event: "onboard",
    status: "failed",
    error,
    attempts: [ended({ rolled_back: { steps: 2, failed: 1 } })],
    rolled_back: { steps: 2, failed: 1 },
  }),
  limited: make({ event: "limited", due_at: noon - 10 * minute, gates: [{ limit: "lane", key: "" }] }),
  only: make({ event: "only", status: "scheduled", due_at: noon + 60 * minute, unique: { key: "u" } }),
} satisfies Record<string, Job>;

const runOf = (run: number): RunRecord => ({
  job_id: jobs.hourly.id,
  run,
  version: run,
  created_at: jobs.hourly.created_at,
  status: "failed",
  scheduled_at: noon - 60 * minute,
  due_at: noon - 60 * minute,
  finished_at: noon - 59 * minute,
  attempts: [ended()],
  result: { inline: 1 },
  error,
});

/** The key that the deployment of these kinds was used with, and its record. */
export const apiKey = newApiKey({
  name: "ci",
  scopes: { products: ["shop"], envs: ["dev"], verbs: ["jobs:read", "jobs:write"] },
  created_at: noon - minute,
});

export const answered = derivedJobId("shop", "dev", "k");

/** What a process of this version does with one kind of item. */
export interface Kind {
  /** Its partition key, or how that begins. */
  prefix: string;
  /** Stores one of each, by this version's code. */
  make(w: World): Promise<unknown>;
  /** Where words of a known few stand in it. */
  words: readonly Path[];
  /**
   * What writing it again makes of fields that this version does not know. `lost`: it is replaced whole, by what says something new and
   * does not depend on what was there.
   */
  unknownFields: "kept" | "lost";
}

const aMark = (): string => crypto.randomUUID().slice(0, 5);

export const operation = anOperation({ product: tenant.product, envs: [tenant.env], last_page: 3 });

export const incident = { ...tenant, id: "0123456789abcdef" };

const words = (...paths: string[]): Path[] => paths.map((path) => path.split("."));

/** Every kind of item in the table. */
export const kinds: Record<string, Kind> = {
  job: {
    prefix: topology.jobsPrefix,
    async make({ jobs: store }) {
      for (const job of Object.values(jobs)) await store.create(job);
      for (const run of [1, 2]) await store.archive(runOf(run));
    },
    words: words(
      "status",
      "type",
      "error.code",
      "attempts.*.outcome",
      "attempts.*.error.code",
      "last_run.outcome",
      "repeat.overlap",
      "repeat.missed",
    ),
    unknownFields: "kept",
  },
  statistics: {
    prefix: topology.statsPrefix,
    make: ({ stats }) =>
      stats.add([
        { ...tenant, hour: hourOf(noon), counts: { ...noCounts(), completed: 1 }, mark: aMark(), written_at: noon },
      ]),
    words: [],
    unknownFields: "kept",
  },
  roundPlace: {
    prefix: topology.roundsPartition,
    make: ({ roundPlaces }) => roundPlaces.put({ tries: 0, scan: { ...tenant, shard: 1 } }),
    words: [],
    unknownFields: "lost",
  },
  rollUp: {
    prefix: topology.rollUpPartition,
    make: ({ rollUps }) =>
      rollUps.put({
        at: noon,
        tenants: [{ ...tenant, late: 1, limited: 0, held: 0, oldest: noon }],
        others: 0,
        left: 0,
      }),
    words: [],
    unknownFields: "lost",
  },
  failures: {
    prefix: topology.errorsPrefix,
    make({ failures }) {
      const { id: job_id, event, type } = jobs.failed;
      const group = failureGroupOf({ job_id, event, type, at: noon, code: "TIMEOUT", message: "out of time" });
      return failures.add([{ ...tenant, day: utcDayOf(noon), group, mark: aMark(), written_at: noon }]);
    },
    words: words("code", "type"),
    unknownFields: "kept",
  },
  incident: {
    prefix: topology.causesPrefix,
    async make({ incidents }) {
      const { id: job_id, event } = jobs.failed;
      const entries = [{ mark: aMark(), written_at: noon, at: noon, event, job_id }];
      const subject = { kind: "cause", target: "apps/shop", code: "TIMEOUT" } as const;
      const added = await incidents.add({ ...incident, subject, entries }, { mustExist: false });
      if (added) await incidents.change(added, { state: "open", opening: 1, opened_at: noon, base: 0, sent: 1 });
    },
    words: words("kind", "state", "code"),
    unknownFields: "kept",
  },
  operation: {
    prefix: topology.operationPrefix,
    async make({ operations }) {
      await operations.create(operation);
      const jobs = [
        { job_id: "job_1", outcome: "unchanged" as const, code: "STATE_CONFLICT", detail: "It has ended." },
      ];
      await operations.putPage(operation.id, 3, { jobs }, noon);
    },
    words: words("state", "action", "why"),
    unknownFields: "kept",
  },
  listedOperation: {
    prefix: topology.operationsOfPrefix,
    make: ({ operations }) => operations.enlist(tenant.product, operation),
    words: [],
    unknownFields: "lost",
  },
  openOperation: {
    prefix: topology.openOperationsPartition,
    async make({ operations }) {
      await operations.enter({ product: tenant.product, slot: 0, id: operation.id, at: noon });
    },
    words: [],
    unknownFields: "lost",
  },
  rate: {
    prefix: topology.ratesPrefix,
    make: ({ incidents }) =>
      incidents.countRuns({ ...tenant, alert: "rate" }, { slot: noon, until: noon + minute }, [
        { mark: aMark(), written_at: noon, failed: true },
      ]),
    words: [],
    unknownFields: "kept",
  },
  spending: {
    prefix: topology.spentPrefix,
    make: ({ incidents }) => incidents.spend(tenant, undefined, { month: "2030-01", until: noon, usd: 1, events: {} }),
    words: [],
    unknownFields: "kept",
  },
  watched: {
    prefix: topology.watchedPartition,
    async make({ incidents }) {
      await incidents.watch({ ...incident, opening: 1, at: noon });
      await incidents.begin(tenant, noon);
    },
    words: [],
    unknownFields: "lost",
  },
  waits: {
    prefix: topology.waitsPrefix,
    async make({ waits, requests }) {
      await waits.add("deployed", noon);
      await requests.add("deployed", noon);
    },
    words: [],
    unknownFields: "kept",
  },
  sharedKeys: {
    prefix: topology.sharedKeysPrefix,
    async make({ sharedKeys }) {
      const { id: job_id, created_at, fingerprint } = jobs.only;
      await sharedKeys.move({ ...tenant, event: "only", kind: "unique", key: "u" }, undefined, { job_id, token: "t" });
      await sharedKeys.keepAnswer(answered, { job_id, created_at, fingerprint, as: "skipped" }, noon + 60 * minute);
    },
    words: words("as"),
    unknownFields: "lost",
  },
  endpoint: {
    prefix: topology.endpointPrefix,
    async make({ endpoints }) {
      const name = { ...tenant, webhook: "orders" };
      await endpoints.failed(name, { at: noon, event: "job.completed", job_id: "job_1", code: "HTTP_503", attempt: 1 });
      await endpoints.disable(name, { at: noon, reason: "failing", url: "hash" });
    },
    words: words("last_failure", "disabled.reason", "recent_failures.*.code", "recent_failures.*.event"),
    unknownFields: "kept",
  },
  hookDelivery: {
    prefix: topology.hookDeliveriesPrefix,
    make: ({ hookDeliveries }) => hookDeliveries.put(aDelivery({ ...tenant, at: noon })),
    words: [],
    unknownFields: "lost",
  },
  sentDelivery: {
    prefix: topology.sentDeliveriesPrefix,
    make: ({ sentDeliveries }) =>
      sentDeliveries.note(
        aSentMessage(tenant),
        { outcome: "retrying", next_at: noon + minute, attempt: { at: noon, attempt: 1, ms: 5, code: "TIMEOUT" } },
        noon,
      ),
    words: words("outcome", "attempts.*.code"),
    unknownFields: "kept",
  },
  gate: {
    prefix: topology.gatePrefix,
    async make({ gates }) {
      const lease = noon + 10 * minute;
      const { id: job, run, attempt, due_at } = jobs.limited;
      await gates.take(
        { ...lane, part: 0 },
        { job: jobs.crashed.id, turn: "1.1.0.0", now: noon, slot: { lease, limit: 2 } },
      );
      await gates.mark(lane, { id: "mark" }, undefined);
      await gates.stand(lane, { job, run, attempt, due_at, order: due_at, since: due_at });
    },
    words: [],
    unknownFields: "kept",
  },
  pump: {
    prefix: topology.pumpPrefix,
    make: ({ gates }) => gates.keepPump(lane, { called: {}, lag: 5, period: 1000, lastTick: noon - 1000 }),
    words: [],
    unknownFields: "lost",
  },
  pins: {
    prefix: topology.pinsPrefix,
    make: ({ gates }) =>
      gates.pin(lane, { concurrency: 1, rate: { limit: 1, period: "1s" }, until: noon + 10 * minute, pinned_at: noon }),
    words: words("pin:lane.rate.period"),
    unknownFields: "kept",
  },
  cache: {
    prefix: topology.resultCachePrefix,
    async make({ resultCache }) {
      const { id: job_id, run, created_at } = jobs.completed;
      const key = cacheKeyOf({ ...tenant, event: "cached" }, "tag", { body: { user: "u" } });
      await resultCache.keep(key, { job_id, run, created_at, started_at: noon - minute, until: noon + 60 * minute });
      await resultCache.clear({ ...tenant, tag: "tag" }, noon - 60 * minute);
    },
    words: [],
    unknownFields: "lost",
  },
  definitions: {
    prefix: topology.definitionsPrefix,
    async make({ definitions }) {
      const event = { product: tenant.product, event: "onboard" };
      await definitions.put(definitionId(onboardDefinition), onboardDefinition, event, noon);
    },
    words: [],
    unknownFields: "kept",
  },
  signals: {
    prefix: topology.signalsPrefix,
    async make({ signals, countedSignals }) {
      const many = { ...tenant, signal: "many", to: { key: "A-1" } };
      for (const id of ["s-2", "s-3"]) await countedSignals.put(many, { id, at: noon }, noon + minute);
      const address = { ...tenant, signal: "paid", to: { key: "A-1" } };
      await signals.put(address, { id: "s-1", at: noon, payload: { amount: 5 } }, noon + 60 * minute);
      await signals.listen(address, { message: jobMessageOf(jobs.feature), step: "main.money", until: noon + minute });
    },
    words: [],
    unknownFields: "lost",
  },
  logs: {
    prefix: topology.logsPrefix,
    make: ({ runLogs }) =>
      runLogs.append(runLogOf(jobs.feature, 1), [
        { n: 1, k: "create", c: "run", e: "done", at: noon, value: { v: 1 } },
      ]),
    words: [],
    unknownFields: "lost",
  },
  parked: {
    prefix: topology.parkedPrefix,
    make: ({ runLogs }) => runLogs.park(tenant.product, jobs.feature.id, noon + 60 * minute),
    words: [],
    unknownFields: "lost",
  },
  bundles: {
    prefix: topology.bundlesPartition,
    make: ({ runLogs }) => runLogs.need({ sha256: "a".repeat(64), until: noon }),
    words: [],
    unknownFields: "kept",
  },
  approvals: {
    prefix: topology.approvalsPrefix,
    make: ({ approvals }) => approvals.open(anApproval(1, tenant)),
    words: [],
    unknownFields: "lost",
  },
  audit: {
    prefix: topology.auditPrefix,
    make: ({ audit }) =>
      audit.put(auditEntryOf({ actor: "k:" }, { ...tenant, action: "job.cancel", target: jobs.cancelled.id }, noon)),
    words: [],
    unknownFields: "lost",
  },
  search: {
    prefix: topology.searchPrefix,
    make: ({ searchIndex }) => searchIndex.put(searchEntriesOf(jobs.planned, 30)),
    words: [],
    unknownFields: "lost",
  },
  due: {
    prefix: topology.duePrefix,
    make: ({ dueCounts }) => dueCounts.add({ ...tenant, minute: noon + 60 * minute }, 250),
    words: [],
    unknownFields: "kept",
  },
  unscheduled: {
    prefix: topology.unscheduledPrefix,
    make: ({ unscheduled }) =>
      unscheduled.hold({ type: "action", group: "shop:dev", message: jobMessageOf(jobs.overdue) }),
    words: words("type"),
    unknownFields: "lost",
  },
  schedules: {
    prefix: topology.schedulesPartition,
    make: ({ states }) => states.put({ hash: "h", job_ids: [jobs.hourly.id] }),
    words: [],
    unknownFields: "lost",
  },
  apiKey: {
    prefix: topology.keysPartition,
    make: ({ keys }) => keys.create(apiKey.record),
    words: words("scopes.verbs.*"),
    unknownFields: "kept",
  },
  pause: {
    prefix: topology.pausesPartition,
    async make({ pauses }) {
      const scope = { ...tenant, event: "mail" };
      const until = noon + 10 * minute;
      const pause = {
        ...scope,
        id: pauseId(scope),
        reason: "work",
        since: noon - minute,
        until,
        drain_per_second: 50,
        version: 1,
      };
      await pauses.put(pause, undefined);
    },
    words: [],
    unknownFields: "kept",
  },
};

/** The partition keys of the table, or how they begin, by the names that the code has for them. */
export const partitions: string[] = Object.entries(topology).flatMap(([name, value]) =>
  /(Prefix|Partition)$/.test(name) && typeof value === "string" && !value.endsWith("/") ? [value] : [],
);
