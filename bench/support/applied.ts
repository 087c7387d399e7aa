import {
  type Ask,
  countsLag,
  type GateItemState,
  type GateItemWrite,
  newHolder,
} from "../../lambdas/core/limits/gate.ts";

/** What is stored after a write, which DynamoDB does by an update expression: drawn asks lead to the same in both. */
export function applied(state: GateItemState, write: GateItemWrite, ask: Ask): GateItemState {
  const { slot, rate } = write;
  const next: GateItemState = { ...state, holders: { ...state.holders } };
  if (slot?.do === "drop" || slot?.do === "replace") delete next.holders[slot.dead];
  if (slot?.do === "drop") next.count--;
  if (slot?.do === "add") next.count++;
  if (slot && slot.do !== "drop" && ask.slot) next.holders[ask.job] = newHolder(state.holders[ask.job], ask);
  if (rate && ask.rate) {
    next.tat =
      rate.do === "rescale"
        ? rate.tat
        : (rate.do === "queue" ? (state.tat as number) : ask.now * 1000) + ask.rate.increment;
    next.inc = ask.rate.increment;
  }
  if (state.line && countsLag(ask, write)) {
    const { lagSum = 0, lagCount = 0 } = state.line;
    next.line = { ...state.line, lagSum: lagSum + (ask.lag ?? 0), lagCount: lagCount + 1 };
  }
  return next;
}
