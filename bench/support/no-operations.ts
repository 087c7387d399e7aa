import type { Operations } from "../../lambdas/core/ports/operations.ts";
import { only } from "./only.ts";

/** No operation on many jobs goes on: what the reconciler asks for once a minute is no part of what jobs cost. */
export const noOperations = (): Operations => only<Operations>("operations", { open: async () => [] });
