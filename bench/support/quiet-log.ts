import type { Log } from "../../lambdas/core/ports/ports.ts";

/** A log that nobody reads. */
export const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {}, measure() {} };
