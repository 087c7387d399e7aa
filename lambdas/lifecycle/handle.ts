import type { JobChange } from "../aws/lambda/stream-handler.ts";
import { traceOf } from "../core/errors.ts";
import type { Forgetting } from "../core/operations/payload.ts";
import { setAside } from "../core/outbound/set-aside.ts";
import { taskMessagesOf } from "../core/outbound/task.ts";
import { deliveriesOf } from "../core/outbound/webhook.ts";
import type { Log, StatsStore } from "../core/ports/ports.ts";
import { incrementsOf } from "./counts.ts";
import { type Delivering, enqueueDeliveries } from "./enqueue-deliveries.ts";
import { type Answering, enqueueHeartbeats, enqueueTaskOutcomes } from "./enqueue-task-messages.ts";
import { type Transition, transitionsOf } from "./events.ts";
import { forgetBlobs } from "./forget-blobs.ts";
import { type Happened, nowhere } from "./happened.ts";
import { type Publishing, publish } from "./publish.ts";

export interface LifecycleServices extends Publishing, Answering, Delivering, Forgetting {
  stats: StatsStore;
}

/**
 * Takes a batch of writes, oldest first, to everybody who is to know of them. Answers the place of the first write that
 * somebody could not be told of for now: it and all after it are delivered again, so that the order of each job is kept.
 */
export async function handleChanges(
  services: LifecycleServices,
  changes: readonly JobChange[],
): Promise<number | undefined> {
  try {
    return await handleAll(services, changes);
  } catch (error) {
    services.log.error("a batch of writes broke; each of them is handled by itself", traceOf(error));
    return await handleEach(services, changes);
  }
}

async function handleAll(services: LifecycleServices, changes: readonly JobChange[]): Promise<number | undefined> {
  const happened = changes.map((change, place) => happenedBy(services, change, place));
  const told = await Promise.all([
    publish(services, happened),
    enqueueDeliveries(services, happened),
    enqueueTaskOutcomes(services, happened),
  ]);
  const undone = Math.min(...told);
  // What must not be done twice for each time that a batch is delivered: the rest of it when it comes again.
  const beating = await enqueueHeartbeats(services, happened.slice(0, undone));
  const done = Math.min(undone, beating);
  await count(
    services,
    happened.slice(0, done).flatMap(({ transitions }) => transitions),
  );
  await forgetBlobs(services, changes);
  return done === nowhere ? undefined : done;
}

/**
 * AWS's refusals are answers, so what throws is a mistake in a write or in this code, and would throw again for as long as
 * the stream keeps the write. The one that does is set aside, to be given again once the code is mended; the others go on.
 */
async function handleEach(services: LifecycleServices, changes: readonly JobChange[]): Promise<number | undefined> {
  for (const [place, change] of changes.entries()) {
    try {
      if ((await handleAll(services, [change])) !== undefined) return place;
    } catch (error) {
      const { record, after, before } = change;
      const about = { job_id: (after ?? before)?.id, ...traceOf(error) };
      const letter = {
        body: record,
        code: traceOf(error).error_name,
        detail: "The write could not be handled.",
        about,
      };
      if ((await setAside(services, [letter])).size > 0) return place;
    }
  }
  return undefined;
}

function happenedBy({ endpoints }: LifecycleServices, change: JobChange, place: number): Happened {
  const { before, after, id = crypto.randomUUID() } = change;
  const transitions = transitionsOf(change);
  const deliveries = transitions.flatMap((transition) => deliveriesOf(endpoints, transition));
  return { place, id, transitions, deliveries, tasks: taskMessagesOf(before, after, change.at) };
}

/**
 * Counters hold up nothing: to deliver a batch again for their sake would publish its events twice. What the store does
 * not take is lost, and a batch that Lambda delivers twice is counted twice (docs/operations/monitoring.md#statistics).
 */
async function count(
  { stats, log }: { stats: StatsStore; log: Log },
  transitions: readonly Transition[],
): Promise<void> {
  try {
    await stats.add(incrementsOf(transitions));
  } catch (error) {
    log.error("counts were lost", traceOf(error));
  }
}
