import type { JobMessage } from "../../lambdas/core/job/job.ts";
import type { RelayMessage } from "../../lambdas/core/job/relay-message.ts";
import { relayKept } from "../../lambdas/core/operations/relay.ts";
import type { JobQueue, MessageQueue } from "../../lambdas/core/ports/job-queue.ts";
import { type KeptMessage, keptShards, type Unscheduled } from "../../lambdas/core/ports/unscheduled.ts";
import { askRelays } from "../../lambdas/reconciler/ask-relays.ts";
import { newMemory } from "../../lambdas/reconciler/memory.ts";
import { reconcileEverySeconds } from "../../lambdas/topology.ts";
import { virtualTime } from "../limits/virtual/virtual-time.ts";
import { quietLog } from "../support/quiet-log.ts";
import { limited } from "./events.ts";
import { assumed, quotas } from "./quotas.ts";

const minuteMs = 60_000;
const pageSize = 100;

/** What the relay has, and how long AWS takes for a page of it. */
export const relay = {
  memoryMb: 512,
  /** Twice the 16 ms of a query, ten requests to SQS and four deletions that were measured without TLS. */
  pageCpuMs: 32,
  sqsMs: 8,
  /** DynamoDB deletes 25 items with a request, one after the other. */
  requestsToTable: 5,
  /** From the reconciler's message to the function's start, which may be a cold one. */
  startMs: 1500,
};

/** How long a relay takes for a page of 100 messages, in milliseconds. */
export const pageMs = (): number =>
  (relay.pageCpuMs * assumed.oneProcessorMb) / relay.memoryMb + relay.sqsMs + relay.requestsToTable * assumed.requestMs;

interface KeptHerd {
  /** Messages that were sent, and how many of them become visible after their jobs are due. */
  sent: number;
  late: number;
  /** How long before the jobs are due the last message was sent, in milliseconds; negative after that. */
  spareMs: number;
}

/**
 * What becomes of messages that EventBridge Scheduler has not taken, all for jobs of one second. The reconciler and its relay are the
 * real ones, on a table and queues that are counters. Each relay has a processor of its own, and a partition of the table takes 1,000
 * deletions per second. `from` is when the first round of the reconciler finds them, epoch milliseconds.
 */
export async function keptHerd(jobs: number, dueAt: number, from = dueAt - 25 * minuteMs): Promise<KeptHerd> {
  const time = virtualTime(from);
  const clock = { now: time.now, sleep: time.sleep };
  const herd = { sent: 0, late: 0, last: 0 };
  const left = Array.from({ length: keptShards }, () => Math.ceil(jobs / keptShards));
  const pass = left.map(() => limited(quotas.keyWrites / pageSize));
  const message: JobMessage = { v: 1, job_id: "job", run: 1, attempt: 1, due_at: dueAt };
  const page = Array.from({ length: pageSize }, (): KeptMessage => ({ type: "action", group: "shop:prd", message }));

  const table = (shard: number, isRelay: boolean): Unscheduled => ({
    hold: async () => {},
    async page({ until, limit }) {
      if (isRelay) await time.sleep(pageMs());
      const count = until < dueAt ? 0 : Math.min(limit, left[shard] ?? 0);
      const kept = page.slice(0, count);
      return { kept, ...((left[shard] ?? 0) > count && count > 0 && { next: page[0] as KeptMessage }) };
    },
    async remove(kept) {
      await time.sleep((pass[shard]?.(time.now()) ?? 0) - time.now());
      left[shard] = (left[shard] ?? 0) - kept.length;
    },
  });
  const queue: Pick<JobQueue, "sendMany"> = {
    async sendMany(_type, entries) {
      const now = time.now();
      herd.sent += entries.length;
      herd.late += entries.filter(({ delaySeconds }) => now + delaySeconds * 1000 > dueAt).length;
      herd.last = now;
      return [];
    },
  };
  const work = (asked: RelayMessage) =>
    relayKept({ unscheduled: table(asked.shard, true), queue: queue as JobQueue, clock, log: quietLog }, asked);
  const relays: Pick<MessageQueue<RelayMessage>, "sendMany"> = {
    async sendMany(entries) {
      for (const { message } of entries) time.after(relay.startMs, () => void work(message));
      return [];
    },
  };
  const unscheduled: Unscheduled = { ...table(0, false), page: (query) => table(query.shard, false).page(query) };
  const memory = newMemory();
  const rounds = async () => {
    while (left.some((count) => count > 0)) {
      await askRelays({ unscheduled, clock, log: quietLog }, relays as MessageQueue<RelayMessage>, memory);
      await time.sleep(reconcileEverySeconds * 1000);
    }
  };
  await time.until(rounds());
  return { sent: herd.sent, late: herd.late, spareMs: dueAt - herd.last };
}
