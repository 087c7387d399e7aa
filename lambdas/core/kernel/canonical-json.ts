/** JSON that does not depend on the order of keys, without spaces: one value has one text, as RFC 8785 has it. */
export const canonicalJson = (value: unknown): string => JSON.stringify(withSortedKeys(value));

function withSortedKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  // Without a prototype a key may be called __proto__.
  const ordered: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value).sort()) ordered[key] = withSortedKeys((value as Record<string, unknown>)[key]);
  return ordered;
}
