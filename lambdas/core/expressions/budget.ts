import { JobError } from "../job/job-error.ts";

/**
 * The most characters and list items that the expressions of a step or an input may produce, the most parts that a string is split
 * into, and the most characters and items that operators may read. `$Replace` can produce 400 million characters from 140,000, in
 * memory that all jobs of a batch share, and a thousand operators on a long list can take minutes.
 */
export const mostMade = { characters: 1_000_000, parts: 100_000, read: 100_000_000 };

/** How much the expressions of a step or an input may still produce and read. */
export interface Budget {
  characters: number;
  read: number;
}

export const budget = (): Budget => ({ characters: mostMade.characters, read: mostMade.read });

/** Counts what is about to be produced towards the limit. Throws a VALIDATION_ERROR beyond it. */
export function spendCharacters(characters: number, left: Budget): void {
  left.characters -= characters;
  if (left.characters < 0) throw beyond("produce", mostMade.characters);
}

/** Counts the arguments of an operator towards the limit. Throws a VALIDATION_ERROR beyond it. */
export function spend(args: readonly unknown[], left: Budget): void {
  for (const arg of args) if (typeof arg === "string" || Array.isArray(arg)) left.read -= arg.length;
  if (left.read < 0) throw beyond("read", mostMade.read);
}

const beyond = (what: string, limit: number) =>
  new JobError(
    "VALIDATION_ERROR",
    `The expressions would ${what} more than the ${limit} characters that the expressions of a step or an input may ${what}.`,
  );
