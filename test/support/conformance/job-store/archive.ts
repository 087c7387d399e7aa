import { describe, expect, test } from "@jest/globals";
import type { RunRecord } from "../../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../../lambdas/core/job/job-id.ts";
import { aJob, noon } from "../../builders.ts";
import type { StoreInUse } from "./under-test.ts";

/** Archived runs. */
export function describeArchive(under: StoreInUse): void {
  const { stored } = under;

  describe("archive and runs", () => {
    const aRun = (job_id: string, run: number, overrides: Partial<RunRecord> = {}): RunRecord => ({
      job_id,
      run,
      version: 3,
      created_at: noon - 1,
      status: "completed",
      scheduled_at: noon,
      due_at: noon,
      started_at: noon + 1,
      finished_at: noon + 2,
      attempts: [{ attempt: 1, due_at: noon, started_at: noon + 1, ended_at: noon + 2, outcome: "completed" }],
      ...overrides,
    });

    test("an archived run is read back whole", async () => {
      const id = newJobId();
      const failed = aRun(id, 2, {
        status: "failed",
        error: { code: "TIMEOUT", message: "slow", retryable: true },
        result: { blob: "results/1", bytes: 5000 },
      });
      const completed = aRun(id, 1, { result: { inline: { "": [1e21] } } });
      await under.store.archive(completed);
      await under.store.archive(failed);
      expect(await under.store.runs(id, { limit: 10, order: "asc" })).toEqual({ runs: [completed, failed] });
    });

    test("a run that is archived twice is stored once, as last given", async () => {
      const id = newJobId();
      await under.store.archive(aRun(id, 1));
      await under.store.archive(aRun(id, 1));
      await under.store.archive(aRun(id, 1, { status: "cancelled", reason: "expired" }));
      expect((await under.store.runs(id, { limit: 10, order: "desc" })).runs).toMatchObject([{ reason: "expired" }]);
    });

    test("a late consumer's outcome does not replace that of its successor", async () => {
      const id = newJobId();
      await under.store.archive(aRun(id, 1, { version: 5, status: "failed" }));
      await under.store.archive(aRun(id, 1, { version: 4, status: "completed" }));
      expect((await under.store.runs(id, { limit: 10, order: "desc" })).runs).toMatchObject([{ status: "failed" }]);
      await under.store.archive(aRun(id, 1, { version: 6, status: "completed" }));
      expect((await under.store.runs(id, { limit: 10, order: "desc" })).runs).toMatchObject([{ status: "completed" }]);
    });

    test("the run of a deleted job gives way to a later job's under its key", async () => {
      const id = newJobId();
      await under.store.archive(aRun(id, 1, { version: 9, status: "failed" }));
      await under.store.archive(aRun(id, 1, { created_at: noon }));
      expect((await under.store.runs(id, { limit: 10, order: "desc" })).runs).toMatchObject([{ status: "completed" }]);
    });

    test("the run of a later job stays when a late consumer of a deleted one with its key archives its own", async () => {
      const id = newJobId();
      const later = aRun(id, 1, { created_at: noon, version: 4 });
      await under.store.archive(later);
      await under.store.archive(aRun(id, 1, { version: 9, status: "failed" }));
      expect((await under.store.runs(id, { limit: 10, order: "desc" })).runs).toEqual([later]);
    });

    test("a run can be removed twice, and not by an earlier job with its key", async () => {
      const id = newJobId();
      const [first, second] = [aRun(id, 1), aRun(id, 2)];
      for (const run of [first, second]) await under.store.archive(run);
      for (let i = 0; i < 2; i++) await under.store.removeRun(first);
      expect((await under.store.runs(id, { limit: 10, order: "asc" })).runs).toEqual([second]);
      const later = aRun(id, 2, { created_at: noon });
      await under.store.archive(later);
      await under.store.removeRun(second);
      expect((await under.store.runs(id, { limit: 10, order: "asc" })).runs).toEqual([later]);
    });

    test("runs come in pages, ordered by number and not by digits", async () => {
      const id = newJobId();
      for (const run of [1, 2, 9, 10, 11]) await under.store.archive(aRun(id, run));
      await under.store.archive(aRun(newJobId(), 3));
      const numbers = async (order: "asc" | "desc", after?: number) => {
        const { runs, next } = await under.store.runs(id, { limit: 2, order }, after);
        return { runs: runs.map(({ run }) => run), next };
      };
      expect(await numbers("desc")).toEqual({ runs: [11, 10], next: 10 });
      expect(await numbers("desc", 10)).toEqual({ runs: [9, 2], next: 2 });
      expect(await numbers("desc", 2)).toEqual({ runs: [1], next: undefined });
      expect(await numbers("asc", 1)).toEqual({ runs: [2, 9], next: 9 });
      expect(await numbers("asc", 11)).toEqual({ runs: [], next: undefined });
    });

    test("a job without archived runs has an empty page of runs", async () => {
      const job = await stored(aJob());
      expect(await under.store.runs(job.id, { limit: 10, order: "desc" })).toEqual({ runs: [] });
      await under.store.archive(aRun(job.id, 1));
      expect(await under.store.get(job.id)).toEqual(job);
      expect((await under.store.runs(job.id, { limit: 10, order: "desc" })).runs).toHaveLength(1);
    });
  });
}
