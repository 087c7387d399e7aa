/**
 * Whether a record matches a filter pattern of an event source. Only what our patterns use is implemented: listed values,
 * `exists`, `prefix`, and `anything-but` listed values, which requires a value.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
 */
export function fits(record: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((rule) => fitsRule(record, rule));
  if (typeof record !== "object" || record === null) return false;
  return Object.entries(pattern as object).every(([name, inner]) => fits(Reflect.get(record, name), inner));
}

function fitsRule(value: unknown, rule: unknown): boolean {
  if (typeof rule !== "object" || rule === null) return value === rule;
  const [[operator, not] = []] = Object.entries(rule);
  if (operator === "exists") return (value !== undefined) === not;
  if (operator === "prefix") return typeof value === "string" && value.startsWith(String(not));
  if (operator !== "anything-but") throw new Error(`${operator} is not implemented in bench/cost/filter-pattern.ts`);
  return value !== undefined && !(not as unknown[]).includes(value);
}
