import type { Fault } from "../../kernel/errors.ts";
import { invalidRequest } from "../../kernel/parse-body.ts";
import { RequestError } from "../../kernel/request-error.ts";
import type { Rewritten } from "./rewrite.ts";

/** Parses a rewritten request. Faults that `parse` throws point to what the caller wrote, after those of the rewriting itself. */
export function asWritten<Parsed>(rewritten: Rewritten, parse: () => Parsed): Parsed {
  const { faults } = rewritten;
  let parsed: Parsed;
  try {
    parsed = parse();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw error.withFaults([...faults, ...placed(rewritten, error.faults)]);
  }
  if (faults.length > 0) throw invalidRequest(faults);
  return parsed;
}

/** Faults or notes of a rewritten request, with the places of what the caller wrote. */
export const placed = ({ placeOf }: Rewritten, faults: readonly Fault[]): Fault[] =>
  faults.map(({ pointer, detail }) => ({ pointer: placeOf(pointer), detail }));
