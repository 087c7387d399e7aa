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

/** A request's parts of an HTTP call. */
export const callInput = strict({
  query: z
    .record(z.string(), queryValue)
    .optional()
    .meta({
      description:
        "Query parameters. A list repeats its parameter; objects, and lists of objects, are written in brackets: `a[b]=c`. Default: those of the catalog, if any.",
      examples: [{ notify: true }],
    }),
  params: z
    .record(z.string(), scalar)
    .optional()
    .meta({
      description: "Fills the `:name` parts of the path. Default: those of the catalog, if any.",
      examples: [{ customer: "c-42" }],
    }),
  body: z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())], must("must be an object or a list"))
    .optional()
    .meta({
      description:
        "The body: a record, or for JSON a list, which replaces a default body as a whole. Default: that of the catalog, if any.",
      examples: [{ sku: "A-1", quantity: 2 }],
    }),
  // RFC 9110 5.3 allows commas for a header of several values.
  headers: z
    .record(z.string(), InHeader)
    .optional()
    .meta({
      description: "Request headers. The values of a list are joined by commas. Default: those of the catalog, if any.",
      examples: [{ "x-channel": "web" }],
    }),
});

export type CallInput = z.infer<typeof callInput>;
