import * as z from "zod";
import type { Fault } from "../../../core/errors.ts";
import { lazy } from "../../../core/schema/lazy.ts";
import { required as isRequired } from "../../../core/schema/plain-faults.ts";
import { didYouMean, firstFaults, jsonPointer, mostHints, strict } from "../../../core/schema/schema.ts";

const types = lazy(() => ({
  string: z.string(),
  number: z.number(),
  integer: z.int(),
  boolean: z.boolean(),
  object: z.record(z.string(), z.unknown()),
  array: z.array(z.unknown()),
  email: z.email(),
  uuid: z.uuid(),
  date: z.union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    "must be an RFC 3339 date, or date with time and offset",
  ),
}));
type FieldType = keyof ReturnType<typeof types>;

/** The fields of a feature's input. */
export const inputSchema = lazy(() => {
  const Field = strict({
    type: z.enum(Object.keys(types()) as [FieldType, ...FieldType[]]),
    /** Default: true. */
    required: z.boolean().optional(),
    /** The least value of a number, or the least length of a string or list. */
    min: z.number().optional(),
    max: z.number().optional(),
  });
  return z.record(z.string().min(1), Field);
});
export type InputSchema = z.infer<ReturnType<typeof inputSchema>>;

const sizeOf = (value: unknown): number | undefined => {
  if (typeof value === "number") return value;
  return typeof value === "string" || Array.isArray(value) ? value.length : undefined;
};

function faultOf(value: unknown, { type, required = true, min, max }: InputSchema[string]): string | undefined {
  if (value === undefined) return required ? isRequired : undefined;
  const parsed = types()[type].safeParse(value);
  if (!parsed.success) return parsed.error.issues[0]?.message;
  const size = sizeOf(value);
  const unit = typeof value === "number" ? "" : typeof value === "string" ? " characters long" : " items long";
  if (size !== undefined && min !== undefined && size < min) return `must be at least ${min}${unit}`;
  return size !== undefined && max !== undefined && size > max ? `must be at most ${max}${unit}` : undefined;
}

/** The faults of a feature's input. Pointers are relative to the request. */
export function checkFeatureInput(schema: InputSchema | undefined, input: Record<string, unknown>): Fault[] {
  if (!schema) return [];
  const unknown = Object.keys(input).filter((key) => !Object.hasOwn(schema, key));
  const hint = (key: string, i: number) => (i < mostHints ? didYouMean(key, Object.keys(schema)) : "");
  return [
    ...Object.entries(schema).flatMap(([key, field]) => {
      const detail = faultOf(Object.hasOwn(input, key) ? input[key] : undefined, field);
      return detail === undefined ? [] : [{ pointer: jsonPointer(["input", key]), detail }];
    }),
    ...firstFaults(unknown, (key, i) => [
      { pointer: jsonPointer(["input", key]), detail: `unknown field.${hint(key, i)}` },
    ]),
  ];
}

/** The names of `min` and `max` in JSON Schema: bounds of a number, or of the length of a string or list. */
const bounds: Partial<Record<InputSchema[string]["type"], [string, string]>> = {
  number: ["minimum", "maximum"],
  integer: ["minimum", "maximum"],
  string: ["minLength", "maxLength"],
  email: ["minLength", "maxLength"],
  uuid: ["minLength", "maxLength"],
  date: ["minLength", "maxLength"],
  array: ["minItems", "maxItems"],
};

/** The input as a JSON Schema, for callers. Undefined for a feature that takes any object. */
export function featureInputSchema(schema: InputSchema | undefined): Record<string, unknown> | undefined {
  if (!schema) return undefined;
  const shape = Object.entries(schema).map(([key, { type, required = true }]) => {
    return [key, required ? types()[type] : types()[type].optional()];
  });
  const json = z.toJSONSchema(z.strictObject(Object.fromEntries(shape)), { io: "input" });
  for (const [key, { type, min, max }] of Object.entries(schema)) {
    const [least, most] = bounds[type] ?? [];
    if (least && min !== undefined) Object.assign(json.properties?.[key] ?? {}, { [least]: min });
    if (most && max !== undefined) Object.assign(json.properties?.[key] ?? {}, { [most]: max });
  }
  return json;
}
