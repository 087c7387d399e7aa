import { traceOf } from "../core/errors.ts";
import { type JobType, jobTypes } from "../core/job/job.ts";
import { queueDelaySeconds } from "../core/job/route.ts";
import { inParallel } from "../core/operations/in-parallel.ts";
import { refusedBy } from "../core/operations/refused-by.ts";
import type { Services } from "../core/operations/services.ts";
import { type Kept, keptShards } from "../core/ports/hot-minute-ports.ts";

/**
 * How long before their time kept messages are sent. SQS can hide a message for 15 minutes; the other five leave several rounds
 * to a backlog, and to a reconciler that fails. A message that is sent that early is sent once more by its consumer.
 */
export const sentAheadMs = 20 * 60_000;

const pageSize = 100;

export interface SentMessages {
  sent: number;
  failed: number;
}

/**
 * Sends the messages that EventBridge Scheduler did not take and whose jobs are due within 20 minutes, the nearest first. Reads
 * nothing of those that are due later, and no job: the message of one that was cancelled or moved meanwhile is dropped by its
 * consumer, as one of the Scheduler would be. Starts no further page after `end`, epoch milliseconds.
 */
export async function sendUnscheduled(services: Services, end: number): Promise<SentMessages> {
  const total: SentMessages = { sent: 0, failed: 0 };
  const shards = Array.from({ length: keptShards }, (_, shard) => shard);
  await inParallel(keptShards, shards, async (shard) => {
    try {
      await sendShard(services, shard, end, total);
    } catch (error) {
      total.failed++;
      services.log.error("kept messages could not be read or deleted", traceOf(error));
    }
  });
  return total;
}

async function sendShard(services: Services, shard: number, end: number, total: SentMessages): Promise<void> {
  const { unscheduled, clock } = services;
  const until = clock.now() + sentAheadMs;
  let after: Kept | undefined;
  do {
    const page = await unscheduled.page({ shard, until, limit: pageSize }, after);
    // The message of a type that only a later version knows has no queue here, and stays for that version.
    const kept = page.kept.filter(({ type }) => jobTypes.includes(type));
    const sent = (await Promise.all(jobTypes.map((type) => sendOfType(services, type, kept)))).flat();
    total.sent += sent.length;
    total.failed += kept.length - sent.length;
    // Deleted only after they were sent: if this fails, they are sent again, and claims are conditional.
    if (sent.length > 0) await unscheduled.remove(sent);
    after = page.next;
  } while (after && clock.now() < end);
}

/** Sends the messages of one type, and answers those that SQS took. */
async function sendOfType({ queue, clock, log }: Services, type: JobType, all: readonly Kept[]): Promise<Kept[]> {
  const kept = all.filter((one) => one.type === type);
  if (kept.length === 0) return [];
  const now = clock.now();
  const entries = kept.map(({ message, group }) => ({
    message,
    group,
    delaySeconds: queueDelaySeconds(now, message.due_at),
  }));
  const refused = await refusedBy(kept.length, () => queue.sendMany(type, entries));
  for (const { index, cause } of refused)
    log.error("a kept message could not be sent", { job_id: kept[index]?.message.job_id, ...traceOf(cause) });
  const isRefused = new Set(refused.map(({ index }) => index));
  return kept.filter((_, index) => !isRefused.has(index));
}
