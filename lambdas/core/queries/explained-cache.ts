import type * as z from "zod";
import { takesExpressions } from "../expressions/request-input.ts";
import { cacheKeyOf, cacheTtl } from "../job/result-cache.ts";
import { defined } from "../kernel/defined.ts";
import { durationMs } from "../kernel/duration-ms.ts";
import type { Services } from "../operations/services.ts";
import { usableRun } from "../operations/usable-run.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import type { ExplainedCacheSchema } from "./schemas/explanation.ts";

type ExplainedCache = z.infer<typeof ExplainedCacheSchema>;

/** What the cache tag of a request would do now. The values of expressions are not known before the job runs. */
export async function explainedCache(
  services: Pick<Services, "resultCache" | "clock">,
  request: AcceptedRequest & { cache: string },
): Promise<ExplainedCache> {
  const { product, env, tag: event, app, cache: tag, input, kept_session: session } = request;
  const { cache_ttl } = request.event;
  const of = { product: product.tag, env, event, ...defined({ app, session }) };
  const key = takesExpressions(request) ? undefined : cacheKeyOf(of, tag, input);
  const run = key && (await usableRun(services, key, services.clock.now()));
  const ttl_ms = cache_ttl === undefined ? cacheTtl.default : durationMs(cache_ttl);
  return { tag, ttl_ms, ...defined({ cached_from: run?.job_id }) };
}
