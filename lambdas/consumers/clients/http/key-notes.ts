import type { Fault } from "../../../core/kernel/errors.ts";
import { jsonPointer } from "../../../core/kernel/schema.ts";
import type { CallInput } from "./call-input.ts";

type Headers = CallInput["headers"];

/** An input with expressions has any shape until these have their values. */
const nameOfKey = (headers: Headers): string | undefined =>
  typeof headers === "object" && headers !== null
    ? Object.keys(headers).find((name) => name.toLowerCase() === "idempotency-key")
    : undefined;

const sent =
  "is sent as it is in place of the key of the run, with each attempt: a provider that knows it may take another run for a repetition";

/** What explain says of a call that has its own idempotency key, in its input or in the catalog. Pointers of the input begin with `at`. */
export function keyNotes(headers: Headers, defaults: Headers, at: readonly string[]): Fault[] {
  const own = nameOfKey(headers);
  if (own !== undefined) return [{ pointer: jsonPointer([...at, "headers", own]), detail: sent }];
  const ofCatalog = nameOfKey(defaults);
  return ofCatalog === undefined
    ? []
    : [{ pointer: "/event", detail: `has a default header ${ofCatalog}, which ${sent}` }];
}
