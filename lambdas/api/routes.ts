import type { Route } from "../aws/http/route.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { lazy } from "../core/schema/lazy.ts";
import { later } from "./later.ts";

const early = lazy(() => import("./early-routes.ts"));

/**
 * Every route of the HTTP API. The router, its 404 and 405 answers and the OpenAPI document derive from this table. The gateway's
 * open paths are in the topology; a test compares the two. It imports no route itself: it can be read without loading what serves them.
 */
export const routes: readonly Route<ApiServices>[] = [
  { id: "getHealth", method: "GET", path: "/v1/health", open: true, load: async () => (await early()).getHealth },
  {
    id: "getOpenApi",
    method: "GET",
    path: "/openapi.json",
    open: true,
    load: lazy(async () => (await later()).getOpenApi(routes)),
  },
  { id: "getEvents", method: "GET", path: "/events.json", open: true, load: async () => (await later()).getEvents },
  { id: "getMe", method: "GET", path: "/v1/me", load: async () => (await later()).getMe },
  {
    id: "scheduleJob",
    method: "POST",
    path: "/v1/jobs",
    takesQuery: true,
    scope: "jobs:write",
    load: async () => (await early()).postJob,
  },
  {
    id: "scheduleJobs",
    method: "POST",
    path: "/v1/jobs/batch",
    scope: "jobs:write",
    load: async () => (await early()).postJobsBatch,
  },
  {
    id: "changeJobs",
    method: "POST",
    path: "/v1/jobs/bulk",
    scope: "jobs:admin",
    load: async () => (await later()).postBulk,
  },
  {
    id: "listJobs",
    method: "GET",
    path: "/v1/jobs",
    takesQuery: true,
    tagged: true,
    scope: "jobs:read",
    load: async () => (await later()).getJobs,
  },
  {
    id: "getJob",
    method: "GET",
    path: "/v1/jobs/{id}",
    takesQuery: true,
    tagged: true,
    scope: "jobs:read",
    load: async () => (await early()).getJob,
  },
  {
    id: "getJobInput",
    method: "GET",
    path: "/v1/jobs/{id}/input",
    scope: "jobs:input",
    load: async () => (await later()).getInput,
  },
  {
    id: "listRuns",
    method: "GET",
    path: "/v1/jobs/{id}/runs",
    takesQuery: true,
    scope: "jobs:read",
    load: async () => (await later()).getRuns,
  },
  change("cancel", async () => (await later()).postCancel),
  change("pause", async () => (await later()).postPause),
  change("resume", async () => (await later()).postResume),
  change("reschedule", async () => (await later()).postReschedule),
  change("retry", async () => (await later()).postRetry),
  { ...change("run-now", async () => (await later()).postRunNow), id: "runNowJob" },
  { ...change("skip-next", async () => (await later()).postSkipNext), id: "skipNextRun" },
  {
    id: "deleteJob",
    method: "DELETE",
    path: "/v1/jobs/{id}",
    scope: "jobs:write",
    load: async () => (await later()).deleteJob,
  },
  {
    id: "listSeries",
    method: "GET",
    path: "/v1/series",
    takesQuery: true,
    scope: "jobs:read",
    load: async () => (await later()).getSeries,
  },
  {
    id: "pauseScope",
    method: "POST",
    path: "/v1/pauses",
    scope: "jobs:admin",
    load: async () => (await later()).postPauses,
  },
  {
    id: "listPauses",
    method: "GET",
    path: "/v1/pauses",
    takesQuery: true,
    scope: "jobs:read",
    load: async () => (await later()).getPauses,
  },
  {
    id: "endPause",
    method: "DELETE",
    path: "/v1/pauses/{id}",
    scope: "jobs:admin",
    load: async () => (await later()).deletePause,
  },
  {
    id: "clearCache",
    method: "DELETE",
    path: "/v1/cache/{product}/{env}/{tag}",
    scope: "jobs:write",
    load: async () => (await later()).deleteCache,
  },
  {
    id: "explainJob",
    method: "POST",
    path: "/v1/explain",
    scope: "jobs:write",
    load: async () => (await later()).postExplain,
  },
  {
    id: "createUpload",
    method: "POST",
    path: "/v1/uploads",
    scope: "jobs:write",
    load: async () => (await later()).postUpload,
  },
  {
    id: "listProducts",
    method: "GET",
    path: "/v1/products",
    scope: "jobs:read",
    load: async () => (await early()).getProducts,
  },
  {
    id: "getProduct",
    method: "GET",
    path: "/v1/products/{tag}",
    scope: "jobs:read",
    load: async () => (await later()).getProduct,
  },
  {
    id: "getStats",
    method: "GET",
    path: "/v1/stats",
    takesQuery: true,
    scope: "jobs:read",
    load: async () => (await later()).getStats,
  },
  {
    id: "getUpcoming",
    method: "GET",
    path: "/v1/stats/upcoming",
    takesQuery: true,
    scope: "jobs:read",
    load: async () => (await later()).getUpcoming,
  },
  {
    id: "listErrors",
    method: "GET",
    path: "/v1/errors",
    takesQuery: true,
    scope: "jobs:read",
    load: async () => (await later()).getErrors,
  },
  {
    id: "listWebhooks",
    method: "GET",
    path: "/v1/webhooks",
    takesQuery: true,
    scope: "jobs:read",
    load: async () => (await later()).getWebhooks,
  },
  {
    id: "enableWebhook",
    method: "POST",
    path: "/v1/webhooks/{product}/{env}/{webhook}/enable",
    scope: "jobs:admin",
    load: async () => (await later()).postEnableWebhook,
  },
  {
    id: "listLimits",
    method: "GET",
    path: "/v1/limits",
    takesQuery: true,
    scope: "jobs:read",
    load: async () => (await later()).getLimits,
  },
  {
    id: "pinLimit",
    method: "PUT",
    path: "/v1/limits/{product}/{env}/{name}",
    scope: "jobs:admin",
    load: async () => (await later()).putLimit,
  },
  {
    id: "unpinLimit",
    method: "DELETE",
    path: "/v1/limits/{product}/{env}/{name}",
    scope: "jobs:admin",
    load: async () => (await later()).deleteLimitPin,
  },
];

/** A route that changes one job. */
function change(verb: string, load: Route<ApiServices>["load"]): Route<ApiServices> {
  return { id: `${verb}Job`, method: "POST", path: `/v1/jobs/{id}/${verb}`, scope: "jobs:write", load };
}
