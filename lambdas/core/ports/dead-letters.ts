import type { Refused } from "./refused.ts";

/** Something that AWS refused permanently, with the reason. */
export interface DeadLetter {
  /** What was refused; kept as JSON. */
  body: unknown;
  /** The reason: a stable code, and a sentence that does not quote the body. */
  code: string;
  detail: string;
  /** What a log line may contain. */
  logFields: Record<string, unknown>;
}

/** Keeps what AWS refused permanently. */
export interface DeadLetters {
  /** Keeps each letter at least once, with its reason. Returns those that were not kept. */
  keep(letters: readonly DeadLetter[]): Promise<Refused[]>;
}
