import type { Admit } from "../context.ts";
import { slowMs } from "./pass.ts";

/**
 * Right before the claim: reading the pauses may have taken long too, and then a slot could end before its claim, or a start no longer be
 * on time. What was taken is taken again, with a later lease.
 */
export const freshSlots: Admit = async ({ services: { clock }, pass }) =>
  pass && clock.now() - pass.askedAt > 2 * slowMs ? "again" : undefined;
