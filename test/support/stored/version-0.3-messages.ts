import * as z from "zod";

/*
 * The messages that version 0.3.0 reads, as its sources have them: it refuses those with another field, which become dead letters after
 * a roll back. Its JobMessage is in version-0.3-engine.mjs.
 */

const at = z.int();

export const DeliveryThen = z.strictObject({
  ...{ v: z.literal(1), product: z.string(), env: z.string(), webhook: z.string(), id: z.string(), type: z.string() },
  ...{
    time: at,
    data: z.record(z.string(), z.unknown()),
    attempt: z.int().min(1),
    due_at: at,
    failed_at: at.optional(),
  },
});
