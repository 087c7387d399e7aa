import type { SharedKey } from "../job/shared-key.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { lazy } from "../schema/lazy.ts";
import { scheduleJob } from "./schedule-job.ts";
import type { Outcome, SharedScheduling } from "./shared-scheduling.ts";

/** Names the job that a request shares with others. The requests of one key have to be handled in their order. */
export const sharedKeyOf = ({ product, env, tag, debounce, unique }: AcceptedRequest): SharedKey | undefined => {
  const of = { product: product.tag, env, event: tag };
  if (debounce) return { ...of, kind: "debounce", key: debounce.key };
  return unique && { ...of, kind: "unique", key: unique.key };
};

/** Few requests share a job. */
const loadShared = lazy(() => import("./schedule-shared.ts"));

/** Schedules any request as `scheduleJob` does, also one that shares its job with others. */
export async function scheduleRequest(services: SharedScheduling, request: AcceptedRequest): Promise<Outcome> {
  const key = sharedKeyOf(request);
  if (key === undefined) return { job: await scheduleJob(services, request) };
  return (await loadShared()).scheduleShared(services, request, key);
}
