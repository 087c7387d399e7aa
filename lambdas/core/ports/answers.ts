import type { KeptAnswer } from "../job/provider-answer.ts";

/** What providers have answered to the first and to the last failed attempt of a run. */
export interface Answers {
  /**
   * Keeps an answer, in place of that of an earlier last attempt; `isFirst`: as that of the first one. One of a later attempt stays.
   * It is forgotten some days after `until`, epoch milliseconds, as finished jobs are.
   */
  put(answer: KeptAnswer, how: { isFirst: boolean; until: number }): Promise<void>;
  /** Those of a run, by attempt. Reads consistently. */
  of(jobId: string, run: number): Promise<KeptAnswer[]>;
  /** Forgets all of a job. */
  remove(jobId: string): Promise<void>;
}
