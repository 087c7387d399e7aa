import type { Admit } from "../context.ts";
import { giveBackSlots } from "../gates/leave.ts";

/** Behind the claim: another consumer works on the attempt, and the type's policy knows what of this message that one may miss. */
export const taken: Admit = async (entering) => {
  const { services, engine, refused } = entering;
  if (refused?.outcome !== "taken") return undefined;
  const next = await engine.policy.onTaken(services, refused.job);
  if (next === "dropped") return undefined;
  if (next === "noted") return "left";
  await giveBackSlots(entering);
  return "again";
};
