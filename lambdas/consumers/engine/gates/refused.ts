import { attemptFailed } from "../../../core/job/transitions.ts";
import type { Guard } from "../context.ts";

/** Behind the claim, since a failure is recorded under one, and behind what ends the run for good: only what could start is refused. */
export const refused: Guard = ({ services: { clock }, pass, random }) => {
  const error = pass?.refusal;
  return error && ((of) => attemptFailed(of, clock.now(), { error, random }));
};
