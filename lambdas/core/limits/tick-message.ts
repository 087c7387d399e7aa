import * as z from "zod";

/**
 * A tick on its queue: a pump is to look at the line of a gate. Fields that a later version adds are ignored, since a tick that is
 * refused would leave its line without one.
 */
export const TickMessage = z.object({
  v: z.literal(1),
  product: z.string(),
  env: z.string(),
  limit: z.string(),
  key: z.string(),
  /** The note of who promised the tick (`LineMark.promised`). */
  by: z.string(),
  /** When the message was to become visible, epoch milliseconds. */
  visible: z.int().min(0),
  /** The pump is to hand over the free slots of the gate, and nothing else. A version that does not know this drops it. */
  hands_over: z.literal(true).exactOptional(),
});
export type TickMessage = z.infer<typeof TickMessage>;
