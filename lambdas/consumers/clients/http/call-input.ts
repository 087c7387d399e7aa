import * as z from "zod";
import { lazy } from "../../../core/schema/lazy.ts";
import { must } from "../../../core/schema/plain-faults.ts";
import { strict } from "../../../core/schema/schema.ts";

export const scalar = lazy(() =>
  z.union([z.string(), z.number(), z.boolean()], must("must be a string, a number, true or false")),
);

/** IActionRequest: a request's parts of an HTTP call. They are merged over the defaults of the catalog. */
export const callInput = lazy(() => {
  const Records = z.record(z.string(), z.unknown());
  const Scalar = scalar();
  const InQuery = z.union(
    [Scalar, z.array(Scalar), z.null()],
    must("must be a string, a number, true or false, a list of these, or null"),
  );
  const Scalars = z.record(z.string(), Scalar);
  return strict({
    query: z.record(z.string(), InQuery).optional(),
    /** Fills the `:name` parts of the path. */
    params: Scalars.optional(),
    body: Records.optional(),
    headers: Scalars.optional(),
  });
});
export type CallInput = z.infer<ReturnType<typeof callInput>>;
