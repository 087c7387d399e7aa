import type { Pauses } from "../../lambdas/core/ports/pauses.ts";
import { only } from "./only.ts";

/** A process that has read the pauses within the last seconds, and found none: how it meets all jobs but the first ones. */
export const nonePaused = (): Pauses => only<Pauses>("pauses", { recent: async () => [], list: async () => [] });
