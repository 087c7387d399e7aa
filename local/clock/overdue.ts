import { DatabaseSync } from "node:sqlite";
import type { Job } from "../../lambdas/core/job/job.ts";

/** As much of a job as says when the reconciler takes it up. */
export type Waiting = Pick<Job, "id" | "status" | "due_at" | "claim_id" | "lease_until" | "wake_at">;

/** From when on `isStuck` holds for the job if nothing happens to it, epoch milliseconds; undefined if never. */
export function stuckAt({ status, due_at, claim_id, lease_until, wake_at }: Waiting, graceMs: number) {
  if (status === "scheduled" || status === "queued") return due_at + graceMs;
  if (status !== "running") return undefined;
  return ((claim_id === undefined ? wake_at : lease_until) ?? 0) + 1;
}

const longestSpacingMs = 6 * 3_600_000;

export type Overdue = ReturnType<typeof makeOverdue>;

/**
 * When the reconciler has something to do. Its regular ticks are too many to stop at (259,200 in 30 days), and all but a
 * few find nothing: the clock stops at those that find a job. One that it cannot help (of a product that is gone from the
 * catalog) is looked at ever more seldom.
 */
export function makeOverdue({ graceMs, everyMs }: { graceMs: number; everyMs: number }) {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE jobs (id TEXT PRIMARY KEY, at INTEGER, spacing INTEGER); CREATE INDEX by_time ON jobs (at)");
  const put = db.prepare("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)");
  const known = db.prepare("SELECT 1 FROM jobs WHERE id = ?");
  const forget = db.prepare("DELETE FROM jobs WHERE id = ?");
  const next = db.prepare("SELECT min(at) AS at FROM jobs");
  const later = db.prepare("UPDATE jobs SET at = ? + spacing, spacing = min(spacing * 2, ?) WHERE at <= ?");
  // A job that has ended while the stored ones are read must not come back by what was read of it before.
  let ended: Set<string> | undefined = new Set();
  return {
    /** A job has been written; undefined: deleted. */
    wrote(id: string, job: Waiting | undefined): void {
      const at = job && stuckAt(job, graceMs);
      if (at !== undefined) {
        put.run(id, at, everyMs);
        ended?.delete(id);
        return;
      }
      forget.run(id);
      ended?.add(id);
    },
    /** A job as it was stored at some time since this began: what was written since is newer. */
    stored(job: Waiting): void {
      const at = stuckAt(job, graceMs);
      if (at !== undefined && !ended?.has(job.id) && known.get(job.id) === undefined) put.run(job.id, at, everyMs);
    },
    allStored: (): void => {
      ended = undefined;
    },
    /** Lets the reconciler look at what is overdue. */
    async lookedBy<T>(reconcile: () => Promise<T>): Promise<T> {
      const now = Date.now();
      try {
        return await reconcile();
      } finally {
        later.run(now, longestSpacingMs, now);
      }
    },
    nextAt: (): number | undefined => (next.get() as { at: number | null }).at ?? undefined,
  };
}
