type Raw = JSON & { rawJSON?: (text: string) => unknown };

/**
 * Parses JSON such that writing it again gives the same numbers: one that JavaScript would round stays its digits. Browsers that
 * cannot do so round it. Throws a SyntaxError.
 */
export function parseKeeping(text: string): unknown {
  const { rawJSON } = JSON as Raw;
  return JSON.parse(text, ((_: string, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined || !rawJSON) return value;
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? rawJSON(source) : value;
  }) as (key: string, value: unknown) => unknown);
}

export const written = (value: unknown): string => JSON.stringify(value, null, 2) ?? "";

/** The value, or undefined where the text is no JSON. */
export function tryParse(text: string): { value: unknown } | undefined {
  try {
    return { value: parseKeeping(text) };
  } catch {
    return undefined;
  }
}

/** An object with one field changed, along a path; undefined removes it. Objects on the way are made. */
export function changedAt(value: unknown, [name, ...rest]: string[], to: unknown): unknown {
  if (name === undefined) return to;
  const object = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const inner = changedAt(object[name], rest, to);
  if (inner !== undefined) return { ...object, [name]: inner };
  const { [name]: _removed, ...others } = object;
  return others;
}
