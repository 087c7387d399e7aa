import { jobFields, messageFields } from "../../../core/operations/log-fields.ts";
import type { Admit } from "../context.ts";

/** Last: of what the claim refused and nothing above has used, it is only noted why. */
export const dropped: Admit = async ({ services: { log }, message, refused }) => {
  if (!refused) return undefined;
  const { outcome, job } = refused;
  if (!job) {
    log.info("message dropped", { why: "deleted" });
    return "left";
  }
  const { product, type } = job;
  const fields = { ...jobFields(job), ...messageFields(message), why: outcome };
  const values = { [outcome === "taken" ? "taken" : "dropped"]: 1 };
  log.measure("message dropped", { values, of: { type, product } }, fields);
  return "left";
};
