import * as z from "zod";
import { requestLimits } from "../kernel/request-limits.ts";
import { strict } from "../kernel/schema.ts";

/** One reference into the input or the result, such as `$Input{body}{order}`; `check-search.ts` reads it. */
const Value = z.string().min(1).max(requestLimits.keyExpression);

/** The names are checked in `check-search.ts`, which says what is wrong with one. */
export const EventSearch = z
  .record(
    z.string(),
    z.union([
      Value,
      strict({
        value: Value,
        /** Only a keyed hash of it is kept, and it is asked for in a body. Default: false. */
        sealed: z.boolean().optional(),
        /** Whether every key that reads jobs may search by it. Default: only those that may see inputs. */
        public: z.boolean().optional(),
      }),
    ]),
  )
  .refine((fields) => Object.keys(fields).length <= requestLimits.searchFields, {
    error: `has at most ${requestLimits.searchFields} fields`,
  });
export type EventSearch = z.infer<typeof EventSearch>;
