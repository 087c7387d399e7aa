import type { JobChange } from "../aws/lambda/stream-handler.ts";
import { eventTrace } from "../core/job/spans.ts";
import { traceOf } from "../core/kernel/errors.ts";
import type { Forgetting } from "../core/operations/payload.ts";
import type { Waking } from "../core/operations/send-signal.ts";
import { setAside } from "../core/outbound/set-aside.ts";
import { taskMessagesOf } from "../core/outbound/task.ts";
import { deliveriesOf } from "../core/outbound/webhook.ts";
import type { Failures } from "../core/ports/failures.ts";
import type { Spans } from "../core/ports/spans.ts";
import type { StatsStore } from "../core/ports/stats-store.ts";
import { type CauseServices, countFailures } from "./causes.ts";
import { type Countable, countablesOf, type HasTrends, incrementsOf } from "./counts.ts";
import { type ChangeEffects, nothingFailed } from "./emit.ts";
import { enqueueDeliveries, type WebhookQueueServices } from "./enqueue-deliveries.ts";
import { enqueueHeartbeats, enqueueTaskOutcomes, type TaskQueueServices } from "./enqueue-task-messages.ts";
import { transitionsOf } from "./events.ts";
import { exportSpans } from "./export-spans.ts";
import { failuresOf } from "./failures.ts";
import { forgetBlobs } from "./forget-blobs.ts";
import { type ForgettingRuns, forgetRuns } from "./forget-runs.ts";
import { forgetWaits } from "./forget-waits.ts";
import { type PublishServices, publish } from "./publish.ts";
import { wakeRuns } from "./wake-runs.ts";

interface LifecycleServices
  extends PublishServices,
    TaskQueueServices,
    WebhookQueueServices,
    Forgetting,
    ForgettingRuns,
    Waking {
  stats: StatsStore;
  /** Absent: no event has counters for itself. */
  hasTrends?: HasTrends;
  failures: Failures;
  /** What counts causes and tells of them. Absent where the catalog has no alerts. */
  alerting?: Omit<CauseServices, "log" | "clock">;
  /** Where spans are exported to. Absent where nobody has asked for them. */
  spans?: Spans;
}

/**
 * Publishes, queues and counts what a batch of changes, oldest first, stands for. Returns the position of the first change
 * that failed for now: Lambda redelivers that one and everything after it, which keeps the order of each job's events.
 */
export async function handleChanges(
  services: LifecycleServices,
  changes: readonly JobChange[],
): Promise<number | undefined> {
  try {
    return await handleAll(services, changes);
  } catch (error) {
    services.log.error("a batch of changes failed; each is handled on its own", traceOf(error));
    return await handleEach(services, changes);
  }
}

async function handleAll(services: LifecycleServices, changes: readonly JobChange[]): Promise<number | undefined> {
  const effects = changes.map((change, batchIndex) => effectsOf(services, change, batchIndex));
  const results = await Promise.all([
    publish(services, effects),
    enqueueDeliveries(services, effects),
    enqueueTaskOutcomes(services, effects),
    wakeRuns(services, changes),
    services.alerting ? countFailures({ ...services, ...services.alerting }, changes, effects) : nothingFailed,
    services.spans ? exportSpans({ log: services.log, spans: services.spans }, changes, effects) : nothingFailed,
  ]);
  const firstFailed = Math.min(...results);
  // Heartbeats are not idempotent, so the changes that will be redelivered have to wait for theirs. So do counts.
  const firstWithoutHeartbeat = await enqueueHeartbeats(services, effects.slice(0, firstFailed));
  const done = Math.min(firstFailed, firstWithoutHeartbeat);
  await countTransitions(services, effects.slice(0, done).flatMap(countablesOf));
  await forgetBlobs(services, changes);
  await forgetRuns(services, changes);
  await forgetWaits(services, changes);
  return done === nothingFailed ? undefined : done;
}

/**
 * A refusal by AWS is returned, not thrown. What throws is a bug in this code or a broken item, and would throw again for as
 * long as the stream keeps the change. That change is set aside, to be replayed once the code is fixed; the others proceed.
 */
async function handleEach(services: LifecycleServices, changes: readonly JobChange[]): Promise<number | undefined> {
  for (const [batchIndex, change] of changes.entries()) {
    try {
      if ((await handleAll(services, [change])) !== undefined) return batchIndex;
    } catch (error) {
      const { record, after, before } = change;
      const logFields = { job_id: (after ?? before)?.id, ...traceOf(error) };
      const letter = {
        body: record,
        code: traceOf(error).error_name,
        detail: "The write could not be handled.",
        logFields,
      };
      if ((await setAside(services, [letter])).size > 0) return batchIndex;
    }
  }
  return undefined;
}

function effectsOf({ endpoints, spans }: LifecycleServices, change: JobChange, batchIndex: number): ChangeEffects {
  const { before, after, id = crypto.randomUUID() } = change;
  const transitions = transitionsOf(change);
  const deliveries = transitions.flatMap((transition) =>
    deliveriesOf(endpoints, transition, after && eventTrace(after, transition, spans !== undefined)),
  );
  return {
    batchIndex,
    id,
    written_at: change.at,
    transitions,
    deliveries,
    tasks: taskMessagesOf(before, after, change.at),
  };
}

/**
 * A failure to count does not fail the batch: redelivering it would publish its events twice. Counts that the store refuses
 * are lost (docs/operations/monitoring.md#statistics).
 */
async function countTransitions(
  { stats, hasTrends, failures, log }: LifecycleServices,
  transitions: readonly Countable[],
): Promise<void> {
  const tried = async (what: () => Promise<void>) => {
    try {
      await what();
    } catch (error) {
      log.error("counts were lost", traceOf(error));
    }
  };
  await Promise.all([
    tried(() => stats.add(incrementsOf(transitions, hasTrends))),
    tried(() => failures.add(failuresOf(transitions))),
  ]);
}
