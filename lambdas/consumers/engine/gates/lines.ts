import { traceOf } from "../../../core/kernel/errors.ts";
import { orderOf } from "../../../core/limits/gate.ts";
import type { Guard } from "../context.ts";

/** First: a claimed job stands in line for nothing, no matter how it ends, and those behind it must not wait for more than the claim. */
export const lines: Guard = async ({ services: { gates, log }, pass }) => {
  if (!pass) return undefined;
  const at = { job: pass.job.id, order: orderOf(pass.job) };
  try {
    for (const gate of pass.lines) await gates.leave(gate, at);
  } catch (error) {
    log.warn("a job that has started still stands in a line; the pump or the reconciler takes it off", traceOf(error));
  }
  return undefined;
};
