import * as z from "zod";

/**
 * Asks for the kept messages of one shard to be sent, until a time. Fields that a later version adds are ignored, since the
 * reconciler of one version may ask the function of another during a deployment.
 */
export const RelayMessage = z.object({
  v: z.literal(1),
  shard: z.int().min(0),
  /** When the next message for this shard may come, epoch milliseconds: no page is begun after this. */
  until: z.int().min(0),
});
export type RelayMessage = z.infer<typeof RelayMessage>;
