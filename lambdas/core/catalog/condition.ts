import * as z from "zod";
import { strict } from "../kernel/schema.ts";

/** A condition. It holds if all its comparisons hold. `value`, `equals` and `not_equals` are templates. */
export const Condition = strict({
  value: z.unknown(),
  equals: z.unknown().optional(),
  not_equals: z.unknown().optional(),
  /** Compares two numbers or two strings. */
  less_than: z.union([z.number(), z.string()]).optional(),
  greater_than: z.union([z.number(), z.string()]).optional(),
  /** The length of a string or a list. */
  length: z.union([z.int(), strict({ less_than: z.int().optional(), greater_than: z.int().optional() })]).optional(),
  /** Whether the value exists and is not null. */
  exists: z.boolean().optional(),
}).refine(({ value: _value, ...compared }) => Object.values(compared).some((one) => one !== undefined), {
  message: "compares with nothing",
});
export type Condition = z.infer<typeof Condition>;
