import type { SharedKey } from "../job/shared-key.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { verified } from "./accept-request.ts";
import { scheduleJob } from "./schedule-job.ts";
import { scheduleShared } from "./schedule-shared.ts";
import type { Outcome, SharedScheduling } from "./shared-scheduling.ts";
import type { Verifying } from "./verify-session.ts";

/** Names the job that a request shares with others. The requests of one key have to be handled in their order. */
export const sharedKeyOf = ({ product, env, tag, debounce, unique }: AcceptedRequest): SharedKey | undefined => {
  const of = { product: product.tag, env, event: tag };
  if (debounce) return { ...of, kind: "debounce", key: debounce.key };
  return unique && { ...of, kind: "unique", key: unique.key };
};

/** What schedules the requests of callers, who may bring a session. */
export interface CallerScheduling extends SharedScheduling, Verifying {}

/** Schedules any request as `scheduleJob` does, also one that shares its job with others, once the token of its session is checked. */
export async function scheduleRequest(services: CallerScheduling, asked: AcceptedRequest): Promise<Outcome> {
  const request = await verified(services, asked);
  const key = sharedKeyOf(request);
  if (key === undefined) return { job: await scheduleJob(services, request) };
  return scheduleShared(services, request, key);
}
