import type { Catalog } from "../catalog/catalog.ts";
import type { Job } from "../job/job.ts";
import { pathOf } from "../kernel/schema.ts";

/** What stands in place of a part that is not shown. */
export const redactedText = "[redacted]";

/** In a pointer: every item of a list, or every field of an object. */
const every = "*";

interface Redacted {
  value: unknown;
  /** The pointers that found something, as they were given. */
  redacted: string[];
}

/**
 * A copy of a JSON value without the parts that the pointers find; the value itself if they find none. A pointer that leads on below a
 * text finds the text as a whole: it may be JSON that is not parsed, or bytes, with the part in it.
 */
export function redact(value: unknown, pointers: readonly string[]): Redacted {
  return pointers.reduce<Redacted>(
    ({ value, redacted }, pointer) => {
      const left = withoutPath(value, pathOf(pointer));
      return left === value ? { value, redacted } : { value: left, redacted: [...redacted, pointer] };
    },
    { value, redacted: [] },
  );
}

/** The value itself, and not a copy, if there is nothing at the path. */
function withoutPath(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined || isFullText(value)) return redactedText;
  if (typeof value !== "object" || value === null) return value;
  let found = false;
  const entries = Object.entries(value).map(([key, part]) => {
    const left = step === every || step === key ? withoutPath(part, rest) : part;
    found ||= left !== part;
    return [key, left] as const;
  });
  if (!found) return value;
  // `fromEntries` defines a field of any name, so that one named __proto__ is hidden like every other.
  return Array.isArray(value) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

/** An empty text has no part, and what has been hidden is none. */
const isFullText = (value: unknown): boolean => typeof value === "string" && value !== "" && value !== redactedText;

/** What a job hides of its input and result: what its event hid when it was requested, and what the event hides now. */
export function redactionOf(
  catalog: Pick<Catalog, "lookup">,
  { product, event, redact = [] }: Pick<Job, "product" | "event" | "redact">,
): readonly string[] {
  return [...new Set([...redact, ...(catalog.lookup(product, event)?.event.redact ?? [])])];
}
