import type * as z from "zod";

/*
 * Rules about which fields go together. They are checked here and added to the JSON Schemas, so that the OpenAPI document
 * promises no more than the API accepts.
 */

type FieldNames<Schema extends z.ZodType> = readonly (keyof z.output<Schema> & string)[];

/** Exactly one of the fields. */
export const oneOf = <Schema extends z.ZodType<object>>(schema: Schema, fields: FieldNames<Schema>): Schema =>
  schema
    .refine((value) => countGiven(value, fields) === 1, { message: `needs either ${inWords(fields, "or")}` })
    .meta({ oneOf: fields.map(required) });

/** One or more of the fields. */
export const someOf = <Schema extends z.ZodType<object>>(schema: Schema, fields: FieldNames<Schema>): Schema =>
  schema
    .refine((value) => countGiven(value, fields) > 0, { message: `needs at least one of ${fields.join(", ")}` })
    .meta({ anyOf: fields.map(required) });

/** Not both of two fields. */
export const notBoth = <Schema extends z.ZodType<object>>(
  schema: Schema,
  fields: FieldNames<Schema> & { length: 2 },
): Schema =>
  schema
    .refine((value) => countGiven(value, fields) < 2, { message: `takes either ${inWords(fields, "or")}` })
    .meta({ not: { required: [...fields] } });

const countGiven = (value: object, fields: readonly string[]): number =>
  fields.filter((field) => (value as Record<string, unknown>)[field] !== undefined).length;

const required = (field: string) => ({ required: [field] });
const inWords = (fields: readonly string[], word: string): string => fields.join(` ${word} `);
