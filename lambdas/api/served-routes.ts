import type { ServedRoute } from "../aws/http/http-api.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { getHealth } from "./routes/get-health.ts";
import { getJob } from "./routes/get-job.ts";
import { getProducts } from "./routes/get-products.ts";
import { postJob } from "./routes/post-job.ts";
import { postJobsBatch } from "./routes/post-jobs-batch.ts";

/**
 * Every route as a cold start has it. Those that schedule and await jobs are there; the others are loaded together by the
 * first request for one of them, and until then are a method and a path.
 */
export const servedRoutes: ServedRoute<ApiServices>[] = [
  getHealth,
  later("GET", "/openapi.json", { open: true }),
  later("GET", "/events.json", { open: true }),
  postJob,
  postJobsBatch,
  later("POST", "/v1/jobs/bulk"),
  later("GET", "/v1/jobs", { takesQuery: true }),
  getJob,
  later("GET", "/v1/jobs/{id}/runs", { takesQuery: true }),
  later("POST", "/v1/jobs/{id}/cancel"),
  later("POST", "/v1/jobs/{id}/pause"),
  later("POST", "/v1/jobs/{id}/resume"),
  later("POST", "/v1/jobs/{id}/reschedule"),
  later("POST", "/v1/jobs/{id}/retry"),
  later("POST", "/v1/jobs/{id}/run-now"),
  later("DELETE", "/v1/jobs/{id}"),
  later("POST", "/v1/explain"),
  later("POST", "/v1/uploads"),
  getProducts,
  later("GET", "/v1/products/{tag}"),
  later("GET", "/v1/stats", { takesQuery: true }),
];

function later(
  method: ServedRoute<ApiServices>["method"],
  path: string,
  more: Pick<ServedRoute<ApiServices>, "open" | "takesQuery"> = {},
): ServedRoute<ApiServices> {
  return {
    method,
    path,
    ...more,
    handle: async (services, request) => {
      const { routes } = await import("./routes.ts");
      const route = routes.find((one) => one.method === method && one.path === path);
      if (!route) throw new Error(`routes.ts has no ${method} ${path}`);
      return route.handle(services, request);
    },
  };
}
