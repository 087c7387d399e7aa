import type { Fault } from "../kernel/errors.ts";
import { jsonLossIn } from "../kernel/json-losses.ts";
import { isRecord } from "../kernel/json-values.ts";
import { jsonPointer, type Path } from "../kernel/schema.ts";

/** The most levels within an entry: those of an input, and what the catalog has around it. */
const deepestEntry = 80;

/**
 * What JSON would change in a product, or could not write: the first such place of each entry. Inputs and defaults of the catalog may be
 * anything, and are sent and kept as JSON: a Date would arrive as an empty object, and NaN as null. A value that contains itself would
 * overflow whatever looks at it, so nothing else is checked before this.
 */
export const jsonFaults = (product: unknown, prefix: Path): Fault[] =>
  catalogEntries(product).flatMap(({ path, entry }) => {
    const loss = jsonLossIn(entry, deepestEntry);
    if (!loss) return [];
    const detail = `must be a JSON value, and is ${loss.what}: write ${loss.instead}`;
    return [{ pointer: jsonPointer([...prefix, ...path]) + loss.pointer, detail }];
  });

const catalogEntries = (product: unknown): { path: Path; entry: unknown }[] =>
  namedFieldsOf(product).flatMap(({ name: section, field }) =>
    isRecord(field)
      ? namedFieldsOf(field).map(({ name, field: entry }) => ({ path: [section, name], entry }))
      : [{ path: [section], entry: field }],
  );

/** A field that is undefined is one that is left out. */
const namedFieldsOf = (value: unknown): { name: string; field: unknown }[] =>
  isRecord(value)
    ? Object.entries(value).flatMap(([name, field]) => (field === undefined ? [] : [{ name, field }]))
    : [];
