/**
 * Whether a record fits a pattern of an event source's filter, as far as ours go: values that are listed, and
 * `anything-but` some of them, which wants a value to be there, and `exists`.
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
  if (operator !== "anything-but") throw new Error(`${operator} is not imitated: say here what it means`);
  return value !== undefined && !(not as unknown[]).includes(value);
}
