import type { Log } from "../../lambdas/core/ports/log.ts";

/** A log that nobody reads. */
export const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {}, measure() {} };
