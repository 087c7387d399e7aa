import type { FunctionName } from "../../lambdas/topology.ts";

/** Runs a function with an event. Rejects with what the handler threw, or when it exceeds the function's timeout. */
export type Invoke = (name: FunctionName, event: unknown) => Promise<unknown>;
