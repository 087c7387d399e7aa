import { type JobType, jobTypes, messageTime } from "../job/job.ts";
import type { RelayMessage } from "../job/relay-message.ts";
import { queueDelaySeconds } from "../job/route.ts";
import { TransientError, traceOf } from "../kernel/errors.ts";
import { refusedBy } from "../ports/refused.ts";
import type { KeptMessage } from "../ports/unscheduled.ts";
import type { Services } from "./services.ts";

/**
 * How long before their time kept messages are sent. SQS can hide a message for 15 minutes; the other five leave several rounds
 * to a backlog, and to a reconciler that fails. A message that is sent that early is sent once more by its consumer.
 */
export const sentAheadMs = 20 * 60_000;

const pageSize = 100;

export type Relaying = Pick<Services, "unscheduled" | "queue" | "clock" | "log">;

/**
 * Sends the kept messages of one shard whose jobs are due within 20 minutes, the nearest first. Reads nothing of those that are
 * due later, and no job: the message of one that was cancelled or moved meanwhile is dropped by its consumer, as one of the
 * Scheduler would be. Throws if some could not be sent or deleted, so that SQS delivers its own message again: what is still kept
 * then comes first.
 */
export async function relayKept(services: Relaying, { shard, until }: RelayMessage): Promise<void> {
  const { unscheduled, clock, log } = services;
  let sent = 0;
  let failed = 0;
  let after: KeptMessage | undefined;
  while (clock.now() < until) {
    const query = { shard, until: clock.now() + sentAheadMs, limit: pageSize };
    const page = await unscheduled.page(query, after);
    // The message of a type that only a later version knows has no queue here, and stays for that version.
    const kept = page.kept.filter(({ type }) => jobTypes.includes(type));
    const done = (await Promise.all(jobTypes.map((type) => sendOfType(services, type, kept)))).flat();
    sent += done.length;
    failed += kept.length - done.length;
    // Deleted only after they were sent: if this fails, they are sent again, and claims are conditional.
    if (done.length > 0) await unscheduled.remove(done);
    if (!page.next) break;
    after = page.next;
  }
  if (sent > 0) log.info("kept messages sent", { shard, sent });
  if (failed > 0) throw new TransientError("UNSENT", "SQS did not take some of the kept messages of a shard");
}

/** Sends the messages of one type, and returns those that SQS took. */
async function sendOfType(
  { queue, clock, log }: Relaying,
  type: JobType,
  all: readonly KeptMessage[],
): Promise<KeptMessage[]> {
  const kept = all.filter((one) => one.type === type);
  if (kept.length === 0) return [];
  const now = clock.now();
  const entries = kept.map(({ message, group }) => ({
    message,
    group,
    delaySeconds: queueDelaySeconds(now, messageTime(message)),
  }));
  const refused = await refusedBy(kept.length, () => queue.sendMany(type, entries));
  for (const { index, cause } of refused)
    log.error("a kept message could not be sent", { job_id: kept[index]?.message.job_id, ...traceOf(cause) });
  const isRefused = new Set(refused.map(({ index }) => index));
  return kept.filter((_, index) => !isRefused.has(index));
}
