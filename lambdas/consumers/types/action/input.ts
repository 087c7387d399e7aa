import * as z from "zod";
import { lazy } from "../../../core/schema/lazy.ts";
import { must } from "../../../core/schema/plain-faults.ts";
import { strict } from "../../../core/schema/schema.ts";

export const scalar = lazy(() =>
  z.union([z.string(), z.number(), z.boolean()], must("must be a text, a number, true or false")),
);

/** IActionRequest: what is merged over the action's defaults. */
export const actionInput = lazy(() => {
  const Records = z.record(z.string(), z.unknown());
  const Scalar = scalar();
  const InQuery = z.union(
    [Scalar, z.array(Scalar), z.null()],
    must("must be a text, a number, true or false, a list of these, or null"),
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
export type ActionInput = z.infer<ReturnType<typeof actionInput>>;
