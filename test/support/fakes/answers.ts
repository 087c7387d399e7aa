import type { KeptAnswer } from "../../../lambdas/core/job/provider-answer.ts";
import type { Answers } from "../../../lambdas/core/ports/answers.ts";

/** Answers of providers in memory. */
export function fakeAnswers(): Answers & { all(): KeptAnswer[] } {
  const kept = new Map<string, KeptAnswer>();
  return {
    all: () => [...kept.values()],
    async put(answer, { isFirst }) {
      const key = `${answer.job_id} ${answer.run} ${isFirst ? "first" : "last"}`;
      const before = kept.get(key);
      if (before && before.created_at >= answer.created_at && before.attempt > answer.attempt) return;
      kept.set(key, structuredClone(answer));
    },
    of: async (jobId, run) =>
      [...kept.values()]
        .filter((one) => one.job_id === jobId && one.run === run)
        .sort((one, other) => one.attempt - other.attempt)
        .map((one) => structuredClone(one)),
    async remove(jobId) {
      for (const [key, one] of kept) if (one.job_id === jobId) kept.delete(key);
    },
  };
}
