import { invalidRequest } from "../../schema/parse-body.ts";
import { RequestError } from "../request-error.ts";
import type { Rewritten } from "./rewrite.ts";

/** Parses a rewritten request. Faults that `parse` throws point to what the caller wrote, after those of the rewriting itself. */
export function asWritten<Parsed>({ faults, placeOf }: Rewritten, parse: () => Parsed): Parsed {
  let parsed: Parsed;
  try {
    parsed = parse();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw error.withFaults([
      ...faults,
      ...error.faults.map((fault) => ({ ...fault, pointer: placeOf(fault.pointer) })),
    ]);
  }
  if (faults.length > 0) throw invalidRequest(faults);
  return parsed;
}
