import type { Condition } from "../catalog/condition.ts";
import { charactersIn } from "../kernel/characters.ts";
import { compare, same } from "./compare.ts";
import { resolve, type Scope } from "./evaluate.ts";

/** Whether a condition holds. Throws a JobError as `resolve` does. */
export function holds(condition: Condition, scope: Scope): boolean {
  const { equals, not_equals, less_than, greater_than, length, exists } = condition;
  const value = resolve(condition.value, scope);
  return (
    (equals === undefined || same(value, resolve(equals, scope))) &&
    (not_equals === undefined || !same(value, resolve(not_equals, scope))) &&
    (less_than === undefined || compare(value, less_than) < 0) &&
    (greater_than === undefined || compare(value, greater_than) > 0) &&
    (length === undefined || hasLength(sizeOf(value), length)) &&
    (exists === undefined || exists === (value !== undefined && value !== null))
  );
}

/** The characters of a text, or the items of a list. */
const sizeOf = (value: unknown): number =>
  typeof value === "string" ? charactersIn(value) : Array.isArray(value) ? value.length : Number.NaN;

const hasLength = (size: number, length: NonNullable<Condition["length"]>): boolean =>
  typeof length === "number"
    ? size === length
    : size < (length.less_than ?? Number.POSITIVE_INFINITY) && size > (length.greater_than ?? -1);
