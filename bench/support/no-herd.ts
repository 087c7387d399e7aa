import { hotMinutes } from "../../lambdas/core/operations/hot-minutes.ts";
import type { DueCounts, Unscheduled } from "../../lambdas/core/ports/hot-minute-ports.ts";
import { only } from "./only.ts";

/** The ports of minutes that hold many jobs, where none does: a call of them throws. */
export const noHerd = () => ({
  unscheduled: only<Unscheduled>("unscheduled"),
  dueCounts: only<DueCounts>("dueCounts"),
  hot: hotMinutes(only<DueCounts>("dueCounts")),
});
