import type { Catalog } from "../catalog/catalog.ts";
import type { Job } from "../job/job.ts";
import type { Shared, SharedKey } from "../job/shared-key.ts";
import type { SharedKeys } from "../ports/shared-keys.ts";
import { errorOf, type Scheduling } from "./schedule-job.ts";

/*
 * Jobs that requests share by a key (`debounce`, `unique`). An item per key names the job that has it. Only conditional writes of
 * single items are used:
 *
 * 1. A key moves to the id of a new job before that job is stored, and only as it was read: each move has a token of its own.
 * 2. Whoever finds that the job with that id does not exist moves the key to the same id, and stores its own job under it, on
 *    condition that there is none. Of many requests one succeeds, and a request that died in between holds up no other.
 * 3. The job that had a unique key before still counts until then, since it may be retried. It is read once more after the new
 *    job is stored and before that one is dispatched.
 *
 * So the key names the job, whichever request dies, and the job can be read for whether it still holds the key: nothing has to
 * be released when it ends, and what a deleted job leaves behind is a key whose id is free.
 *
 * A request with an idempotency key also leaves its answer, under the id that its own job would have had: only the first answer
 * counts. It is kept before the job is stored, or the request is added to it, and counts only if that has happened. The job
 * remembers these ids too, for a request that was added.
 */

export interface SharedScheduling extends Scheduling {
  catalog: Pick<Catalog, "products">;
  sharedKeys: SharedKeys;
}

/** The job of a request, and what the request came to if it shares that job with others. */
export interface Outcome extends Shared {
  job: Job;
}

/** A request on its way to a job. */
export interface Making {
  key: SharedKey;
  /** The job that the request would make, under an id that is not the one it gets. */
  made: Job;
  /** The id of the request's idempotency key. */
  id: string | undefined;
}

/**
 * Another request came first: `again` means to read the key again; `afresh`, that the request's input was stored
 * with a job which is not its answer: it must neither be used again nor be deleted here.
 */
export type Lost = "again" | "afresh";

/** What was recorded for a request, and what follows: its answer is kept, then its job is dispatched. */
export interface Recorded {
  outcome: Outcome;
  follow: (keep: () => Promise<"kept" | "lost">) => Promise<"done" | Lost>;
}

/** How long a key, and the answer to a request with an idempotency key, are kept after the job was due. */
const dayMs = 86_400_000;
export const keptMs = { key: 400 * dayMs, answer: 90 * dayMs } as const;

/** Throws a failure as `scheduleJob` does; `jobId` is that of a job which may run in spite of it. */
export const rethrow = (jobId?: string) => (cause: unknown) => {
  throw errorOf(cause, jobId);
};

/** Nothing but the answer is left to keep. */
export const settled = (outcome: Outcome): Recorded => ({
  outcome,
  follow: async (keep) => ((await keep().catch(rethrow(outcome.job.id))) === "kept" ? "done" : "again"),
});
