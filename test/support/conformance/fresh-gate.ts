import type { GateItem } from "../../../lambdas/core/limits/gate.ts";
import type { Gates } from "../../../lambdas/core/ports/gates.ts";
import { noon } from "../builders.ts";

/** What a test of gates works with: part 0 of a gate that nobody has used, the only one of its tenant. */
export interface FreshGate {
  gates: Gates;
  gate: GateItem;
}

export const idOf = (number: number): string => `job_${number.toString(16).padStart(32, "0")}`;
export const turn = "1.1.0.0";
export const lease = noon + 60_000;
export const perSecond = { increment: 1_000_000, burst: 1 };
