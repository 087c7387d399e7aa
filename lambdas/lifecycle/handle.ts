import type { JobChange } from "../aws/stream-handler.ts";
import { traceOf } from "../core/errors.ts";
import { jobFields } from "../core/log-fields.ts";
import type { Forgetting } from "../core/payload.ts";
import type { Log, StatsStore } from "../core/ports.ts";
import { taskMessagesOf } from "../core/task.ts";
import { incrementsOf } from "./counts.ts";
import { type Transition, transitionsOf } from "./events.ts";
import { forgetBlobs } from "./forget-blobs.ts";
import { type Happened, nowhere } from "./happened.ts";
import { type Publishing, publish } from "./publish.ts";
import { type Answering, startHeartbeats, tellTasks } from "./tell-tasks.ts";
import { type Delivering, tellWebhooks } from "./tell-webhooks.ts";

export interface LifecycleServices extends Publishing, Answering, Delivering, Forgetting {
  stats: StatsStore;
}

/**
 * Takes a batch of writes, oldest first, to everybody who is to know of them. Answers the place of the first write that
 * somebody could not be told of: it and all after it are delivered again, so that the order of each job is kept.
 */
export async function handleChanges(
  services: LifecycleServices,
  changes: readonly JobChange[],
): Promise<number | undefined> {
  const happened = changes.map((change, place) => read(services.log, change, place));
  const told = await Promise.all([
    publish(services, happened),
    tellWebhooks(services, happened),
    tellTasks(services, happened),
  ]);
  const undone = Math.min(...told);
  // What must not be done twice for each time that a batch is delivered: the rest of it when it comes again.
  const beating = await startHeartbeats(services, happened.slice(0, undone));
  const done = Math.min(undone, beating);
  await count(
    services,
    happened.slice(0, done).flatMap(({ transitions }) => transitions),
  );
  await forgetBlobs(services, changes);
  return done === nowhere ? undefined : done;
}

/** What makes no sense today makes none tomorrow, and must not hold up the jobs behind it. */
function read(log: Log, change: JobChange, place: number): Happened {
  try {
    return { place, transitions: transitionsOf(change), tasks: taskMessagesOf(change.before, change.after, change.at) };
  } catch (error) {
    log.error("incomprehensible write of a job", { ...(change.after && jobFields(change.after)), ...traceOf(error) });
    return { place, transitions: [], tasks: [] };
  }
}

/**
 * Counters hold up nothing: to deliver a batch again for their sake would publish its events twice. What the store does
 * not take is lost, and a batch that Lambda delivers twice is counted twice (docs/operations.md).
 */
async function count(
  { stats, log }: Pick<LifecycleServices, "stats" | "log">,
  transitions: readonly Transition[],
): Promise<void> {
  try {
    await stats.add(incrementsOf(transitions));
  } catch (error) {
    log.error("counts were lost", traceOf(error));
  }
}
