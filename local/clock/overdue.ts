import { DatabaseSync } from "node:sqlite";
import type { Job } from "../../lambdas/core/job/job.ts";

/** The fields of a job that decide when the reconciler redispatches it. */
export type Waiting = Pick<Job, "id" | "status" | "due_at" | "claim_id" | "lease_until" | "wake_at">;

/** When `isStuck` becomes true for the job if nothing happens to it, epoch milliseconds; undefined if never. */
export function stuckAt({ status, due_at, claim_id, lease_until, wake_at }: Waiting, graceMs: number) {
  if (status === "scheduled" || status === "queued") return due_at + graceMs;
  if (status !== "running") return undefined;
  return ((claim_id === undefined ? wake_at : lease_until) ?? 0) + 1;
}

const longestSpacingMs = 6 * 3_600_000;

export type Overdue = ReturnType<typeof makeOverdue>;

/**
 * Knows when the reconciler has something to do. Its regular runs are too many to stop at (259,200 in 30 days) and almost all of
 * them find nothing, so the clock stops only at those that find a job. A job that the reconciler cannot help, because its product
 * is gone from the catalog, is checked at growing intervals.
 */
export function makeOverdue({ graceMs, everyMs }: { graceMs: number; everyMs: number }) {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE jobs (id TEXT PRIMARY KEY, at INTEGER, spacing INTEGER); CREATE INDEX by_time ON jobs (at)");
  const put = db.prepare("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)");
  const known = db.prepare("SELECT 1 FROM jobs WHERE id = ?");
  const forget = db.prepare("DELETE FROM jobs WHERE id = ?");
  const next = db.prepare("SELECT min(at) AS at FROM jobs");
  const later = db.prepare("UPDATE jobs SET at = ? + spacing, spacing = min(spacing * 2, ?) WHERE at <= ?");
  // A job that ends while the stored jobs are read must not be added again by what was read before.
  let ended: Set<string> | undefined = new Set();
  return {
    /** Called when a job was written, or deleted if it is undefined. */
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
    /** Adds a job as it was stored at some time since the start; anything written since is newer. */
    stored(job: Waiting): void {
      const at = stuckAt(job, graceMs);
      if (at !== undefined && !ended?.has(job.id) && known.get(job.id) === undefined) put.run(job.id, at, everyMs);
    },
    allStored: (): void => {
      ended = undefined;
    },
    /** Runs the reconciler on what is overdue. */
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
