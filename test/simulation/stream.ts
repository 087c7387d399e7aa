import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import type { World } from "./adversary.ts";
import { nameOfWrite } from "./dead-letters.ts";

export interface TableStream {
  record(change: Omit<JobChange, "at">): void;
  /** Records that no invocation has finished yet. */
  waiting(): number;
}

/** One invocation of the lifecycle Lambda; rejects if it fails as a whole, and never settles if it dies. */
export type Deliver = (changes: JobChange[]) => Promise<number | undefined>;

const shards = 2;
const largestBatch = 20;
const windowMs = 1000;
/** The pause after a failure; Lambda's own pauses are not documented. */
const againMs = 2000;
/** The Lambda's timeout (infra/constructs/functions/lifecycle.ts). */
const timeoutMs = 60_000;

/**
 * The table's stream and its event source mapping: each job's writes in order, one batch per shard at a time. Unfinished
 * records come again, in halves if a batch failed as a whole (bisectBatchOnError), and sometimes finished ones do too.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function tableStream({ time, random, hardship, observer, poison }: World, deliver: Deliver): TableStream {
  let written = 0;
  const queues = Array.from({ length: shards }, () => ({ records: [] as JobChange[], isBusy: false }));
  type Shard = (typeof queues)[number];

  function poll(shard: Shard, size: number, isAgain: boolean) {
    const batch = shard.records.slice(0, size);
    let isOver = false;
    const end = (done: number, next: number) => {
      if (isOver) return;
      isOver = true;
      if (done === batch.length && !isAgain && random.chance(hardship.duplicate)) {
        observer.cover("stream: a batch comes twice");
        return time.after(windowMs, () => poll(shard, batch.length, true));
      }
      shard.records.splice(0, done);
      shard.isBusy = shard.records.length > 0;
      if (shard.isBusy) time.after(done > 0 ? windowMs : againMs, () => poll(shard, next, false));
    };
    const failed = (how: string) => {
      observer.cover(`stream: ${how}`);
      end(0, Math.max(1, batch.length >> 1));
    };
    const cancel = time.after(timeoutMs, () => failed("a batch is out of time"));
    deliver(batch)
      .then(
        (undone) => {
          if (undone !== undefined) observer.cover("stream: a batch is done in part");
          end(undone ?? batch.length, largestBatch);
        },
        () => failed("a batch fails"),
      )
      .finally(cancel);
  }

  return {
    waiting: () => queues.reduce((total, { records }) => total + records.length, 0),
    record(change) {
      // Messages to runs are all in one shard.
      const id = (change.after ?? change.before)?.id ?? "00";
      const shard = queues[Number.parseInt(id.slice(-2), 16) % shards] as Shard;
      const { after } = change;
      const isPoison = after !== undefined && poison.write(nameOfWrite(after));
      if (isPoison) observer.cover("stream: a write that cannot be handled");
      const read = { ...change, ...(isPoison && { after: unreadable(after) }) };
      const record = { id, version: after?.version };
      // The stream's times are in seconds.
      shard.records.push({ ...read, at: Math.floor(time.now() / 1000) * 1000, id: String(++written), record });
      if (shard.isBusy) return;
      shard.isBusy = true;
      time.after(random.int(0, windowMs), () => poll(shard, largestBatch, false));
    },
  };
}

/** A state that throws when it is read. */
const unreadable = (job: Job): Job =>
  Object.defineProperty({ ...job }, "status", {
    get: () => {
      throw new TypeError("a mistake in our code");
    },
  });
