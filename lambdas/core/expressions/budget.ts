import { JobError } from "../job/job-error.ts";

/**
 * The most characters and list items that the expressions of a step or an input may produce, and the most parts that a string
 * is split into. `$Replace` can produce 400 million characters from 140,000, in memory that all jobs of a batch share.
 */
export const mostMade = { characters: 1_000_000, parts: 100_000 };

/** How much the expressions of a step or an input may still produce. */
export interface Budget {
  characters: number;
}

export const budget = (): Budget => ({ characters: mostMade.characters });

/** Counts what is about to be produced towards the limit. Throws a VALIDATION_ERROR beyond it. */
export function make(characters: number, left: Budget): void {
  left.characters -= characters;
  if (left.characters >= 0) return;
  const limit = `${mostMade.characters} characters that the expressions of a step or an input may produce`;
  throw new JobError("VALIDATION_ERROR", `The expressions would produce more than the ${limit}.`);
}
