import * as z from "zod";
import { must } from "../../../core/kernel/plain-faults.ts";
import { faultSearchLimit, strict } from "../../../core/kernel/schema.ts";
import type { QueryValue } from "./query.ts";

export const scalar = z.union([z.string(), z.number(), z.boolean()], must("must be a string, a number, true or false"));

const scalars = { type: ["string", "number", "boolean"] };
const itself = { $ref: "#/$defs/QueryValue" };

/** A value of a query. It is checked by hand, because a union lists all that is wrong with each of very many values. */
const queryValue = z
  .custom<QueryValue>()
  .superRefine((value, context) => {
    for (const path of placesOfNoQueryValue(value)) {
      context.addIssue({ code: "custom", message: noQueryValue, path });
    }
  })
  .meta({
    id: "QueryValue",
    anyOf: [
      scalars,
      { type: "array", items: { ...itself, not: { type: "null" } } },
      { type: "object", additionalProperties: itself },
      { type: "null" },
    ],
  });

const noQueryValue =
  "must be a string, a number, true or false, a list or an object of these, or null outside of lists";

/** The places that cannot be sent in a query, up to the number that is reported: a null in a list, or what is no JSON. */
function placesOfNoQueryValue(whole: unknown): PropertyKey[][] {
  const places: PropertyKey[][] = [];
  const look = (value: unknown, path: PropertyKey[], isItem: boolean): void => {
    if (places.length > faultSearchLimit) return;
    if (typeof value !== "object" || value === null) {
      const fits = value === null ? !isItem : ["string", "number", "boolean"].includes(typeof value);
      if (!fits) places.push(path);
      return;
    }
    const isList = Array.isArray(value);
    for (const [key, inner] of Object.entries(value)) look(inner, [...path, isList ? Number(key) : key], isList);
  };
  look(whole, [], false);
  return places;
}

const InHeader = z.union(
  [scalar, z.array(scalar)],
  must("must be a string, a number, true or false, or a list of these"),
);

/** IActionRequest: a request's parts of an HTTP call. They are merged over the defaults of the catalog. */
export const callInput = strict({
  /** A list of scalars repeats its parameter; objects, and lists of objects, are written in brackets: `a[b]=c`. */
  query: z.record(z.string(), queryValue).optional(),
  /** Fills the `:name` parts of the path. */
  params: z.record(z.string(), scalar).optional(),
  /** A list is for JSON only, and replaces a default body as a whole. */
  body: z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())], must("must be an object or a list"))
    .optional(),
  /** The values of a list are joined by commas, as RFC 9110 5.3 allows for a header of several values. */
  headers: z.record(z.string(), InHeader).optional(),
});
export type CallInput = z.infer<typeof callInput>;
