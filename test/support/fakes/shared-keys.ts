import type { KeyHolder } from "../../../lambdas/core/job/shared-key.ts";
import type { RequestAnswer, SharedKeys } from "../../../lambdas/core/ports/shared-keys.ts";

export interface FakeSharedKeys extends SharedKeys {
  /** Which job has each key. */
  holders: Map<string, KeyHolder>;
}

/** Which job has which key, in memory. Nothing is forgotten. */
export function fakeSharedKeys(): FakeSharedKeys {
  const holders = new Map<string, KeyHolder>();
  const answers = new Map<string, RequestAnswer>();
  return {
    holders,
    get: async (key) => holders.get(JSON.stringify(key)),
    async move(key, from, to) {
      const place = JSON.stringify(key);
      const now = holders.get(place)?.token;
      if (now !== from && now !== to.token) return "lost";
      holders.set(place, { ...to });
      return "moved";
    },
    answer: async (id) => answers.get(id),
    async keepAnswer(id, answer, _until, stale = answer) {
      const kept = answers.get(id);
      const isOf = ({ job_id, created_at }: RequestAnswer) => kept?.job_id === job_id && kept.created_at === created_at;
      if (kept && !isOf(answer) && !isOf(stale)) return "lost";
      answers.set(id, { ...answer });
      return "kept";
    },
  };
}
