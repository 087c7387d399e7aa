import * as z from "zod";
import { charactersIn } from "./characters.ts";
import type { Fault } from "./errors.ts";
import { required as isRequired } from "./plain-faults.ts";
import { didYouMean, firstFaults, jsonPointer, mostHints, strict } from "./schema.ts";

export const fieldTypes = {
  string: z.string(),
  number: z.number(),
  integer: z.int(),
  boolean: z.boolean(),
  object: z.record(z.string(), z.unknown()),
  array: z.array(z.unknown()),
  email: z.email("must be an e-mail address"),
  uuid: z.uuid("must be a UUID"),
  date: z.union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    "must be an RFC 3339 date, or date with time and offset",
  ),
};
type FieldType = keyof typeof fieldTypes;

const Field = strict({
  type: z.enum(Object.keys(fieldTypes) as [FieldType, ...FieldType[]]),
  /** Default: true. */
  required: z.boolean().optional(),
  /** The least value of a number, or the least length of a string or list. */
  min: z.number().optional(),
  max: z.number().optional(),
}).superRefine(({ type, min, max }, context) => {
  const fault = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  for (const [name, bound] of Object.entries({ min, max }))
    if (bound !== undefined && (type === "boolean" || type === "object"))
      fault(name, `is of numbers, strings and lists: nothing would look at it in a field of type ${type}`);
  if (min !== undefined && max !== undefined && min > max) fault("max", "is less than `min`: no value would be right");
});

/** The fields of an object as the catalog declares them: of a feature's input, or of an action's body. */
export const fieldsSchema = z.record(z.string().min(1), Field);
export type Fields = z.infer<typeof fieldsSchema>;

const lengthOf = (value: unknown): number | undefined => {
  if (typeof value === "number") return value;
  if (typeof value === "string") return charactersIn(value);
  return Array.isArray(value) ? value.length : undefined;
};

function fieldFault(value: unknown, { type, required = true, min, max }: Fields[string]): string | undefined {
  if (value === undefined) return required ? isRequired : undefined;
  const parsed = fieldTypes[type].safeParse(value);
  if (!parsed.success) return parsed.error.issues[0]?.message;
  const size = lengthOf(value);
  const unit = typeof value === "number" ? "" : typeof value === "string" ? " characters long" : " items long";
  if (size !== undefined && min !== undefined && size < min) return `must be at least ${min}${unit}`;
  return size !== undefined && max !== undefined && size > max ? `must be at most ${max}${unit}` : undefined;
}

/** The faults of an object with these fields; pointers begin with `at`. */
export function fieldsFaults(fields: Fields, value: Record<string, unknown>, at: readonly string[]): Fault[] {
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(fields, key));
  const hint = (key: string, i: number) => (i < mostHints ? didYouMean(key, Object.keys(fields)) : "");
  return [
    ...Object.entries(fields).flatMap(([key, field]) => {
      const detail = fieldFault(Object.hasOwn(value, key) ? value[key] : undefined, field);
      return detail === undefined ? [] : [{ pointer: jsonPointer([...at, key]), detail }];
    }),
    ...firstFaults(unknown, (key, i) => [
      { pointer: jsonPointer([...at, key]), detail: `unknown field.${hint(key, i)}` },
    ]),
  ];
}

/** The fields of which those that have a default are not required. A list has no fields. */
export function withoutRequired(fields: Fields, defaults: object = {}): Fields {
  if (Array.isArray(defaults)) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      Object.hasOwn(defaults, name) ? { ...field, required: false } : field,
    ]),
  );
}
