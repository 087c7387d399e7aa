import type { KeyHolder, Shared, SharedKey } from "../job/shared-key.ts";

/** The answer to a request whose idempotency key does not name its job, since the job has requests of several keys. */
export interface RequestAnswer extends Shared {
  job_id: string;
  /** When the job was created: another one may get the id once it is deleted. */
  created_at: number;
  fingerprint: string;
}

/** Which job has which key, for jobs that several requests share (`debounce` and `unique`). */
export interface SharedKeys {
  get(key: SharedKey): Promise<KeyHolder | undefined>;
  /**
   * Gives a key to another job, if `from` is the token of its last move; undefined: if no job has it. `until` is when the key
   * may be forgotten, epoch milliseconds; without it, never.
   */
  move(key: SharedKey, from: string | undefined, to: KeyHolder, until?: number): Promise<"moved" | "lost">;
  /** The answer that was kept under the id that an idempotency key would have given to a separate job. */
  answer(id: string): Promise<RequestAnswer | undefined>;
  /** Keeps an answer until `until`, if there is none but `stale`, or one with the same job. */
  keepAnswer(id: string, answer: RequestAnswer, until: number, stale?: RequestAnswer): Promise<"kept" | "lost">;
}
