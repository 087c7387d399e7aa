import type { Endpoint, Route } from "../aws/http/route.ts";
import type { ApiServices } from "../core/operations/services.ts";
import * as deleteCache from "./routes/delete-cache.ts";
import * as deleteJob from "./routes/delete-job.ts";
import * as deleteLimitPin from "./routes/delete-limit-pin.ts";
import * as deletePause from "./routes/delete-pause.ts";
import * as getActive from "./routes/get-active.ts";
import * as getApprovals from "./routes/get-approvals.ts";
import * as getAudit from "./routes/get-audit.ts";
import * as getCosts from "./routes/get-costs.ts";
import * as getDefinition from "./routes/get-definition.ts";
import * as getDefinitions from "./routes/get-definitions.ts";
import * as getErrors from "./routes/get-errors.ts";
import * as getEvents from "./routes/get-events.ts";
import * as getExplain from "./routes/get-explain.ts";
import * as getFind from "./routes/get-find.ts";
import * as getForecast from "./routes/get-forecast.ts";
import * as getHealth from "./routes/get-health.ts";
import * as getHome from "./routes/get-home.ts";
import * as getHookDeliveries from "./routes/get-hook-deliveries.ts";
import * as getHookDelivery from "./routes/get-hook-delivery.ts";
import * as getHooks from "./routes/get-hooks.ts";
import * as getIncident from "./routes/get-incident.ts";
import * as getIncidents from "./routes/get-incidents.ts";
import * as getInput from "./routes/get-input.ts";
import * as getJob from "./routes/get-job.ts";
import * as getJobCost from "./routes/get-job-cost.ts";
import * as getJobs from "./routes/get-jobs.ts";
import * as getLimits from "./routes/get-limits.ts";
import * as getMe from "./routes/get-me.ts";
import { getOpenApi } from "./routes/get-openapi.ts";
import * as getOperation from "./routes/get-operation.ts";
import * as getOperationJobs from "./routes/get-operation-jobs.ts";
import * as getOperations from "./routes/get-operations.ts";
import * as getPauses from "./routes/get-pauses.ts";
import * as getProduct from "./routes/get-product.ts";
import * as getProducts from "./routes/get-products.ts";
import * as getRuns from "./routes/get-runs.ts";
import * as getSeries from "./routes/get-series.ts";
import * as getStats from "./routes/get-stats.ts";
import * as getUpcoming from "./routes/get-upcoming.ts";
import * as getWebhookDeliveries from "./routes/get-webhook-deliveries.ts";
import * as getWebhookDelivery from "./routes/get-webhook-delivery.ts";
import * as getWebhooks from "./routes/get-webhooks.ts";
import * as postApproval from "./routes/post-approval.ts";
import * as postBulk from "./routes/post-bulk.ts";
import * as postCancel from "./routes/post-cancel.ts";
import * as postContinueOperation from "./routes/post-continue-operation.ts";
import * as postEnableWebhook from "./routes/post-enable-webhook.ts";
import * as postExplain from "./routes/post-explain.ts";
import * as postFind from "./routes/post-find.ts";
import * as postIgnoreIncident from "./routes/post-ignore-incident.ts";
import * as postJob from "./routes/post-job.ts";
import * as postJobsBatch from "./routes/post-jobs-batch.ts";
import * as postMigrate from "./routes/post-migrate.ts";
import * as postOperationRate from "./routes/post-operation-rate.ts";
import * as postOperations from "./routes/post-operations.ts";
import * as postPause from "./routes/post-pause.ts";
import * as postPauseOperation from "./routes/post-pause-operation.ts";
import * as postPauses from "./routes/post-pauses.ts";
import * as postReopenIncident from "./routes/post-reopen-incident.ts";
import * as postReplay from "./routes/post-replay.ts";
import * as postReschedule from "./routes/post-reschedule.ts";
import * as postResend from "./routes/post-resend.ts";
import * as postResolveIncident from "./routes/post-resolve-incident.ts";
import * as postResume from "./routes/post-resume.ts";
import * as postRetry from "./routes/post-retry.ts";
import * as postRunNow from "./routes/post-run-now.ts";
import * as postSignals from "./routes/post-signals.ts";
import * as postSkipNext from "./routes/post-skip-next.ts";
import * as postStopOperation from "./routes/post-stop-operation.ts";
import * as postUpload from "./routes/post-upload.ts";
import * as putLimit from "./routes/put-limit.ts";

const deliveriesPath = "/v1/hooks/{product}/{env}/{hook}/deliveries";
const sentPath = "/v1/webhooks/{product}/{env}/{webhook}/deliveries";
const incidentPath = "/v1/incidents/{product}/{env}/{id}";

/**
 * Every route of the HTTP API. The router, its 404 and 405 answers and the OpenAPI document derive from this table. The gateway's
 * open paths are in the topology; a test compares the two.
 */
export const routes: readonly Route<ApiServices>[] = [
  { id: "getHealth", method: "GET", path: "/v1/health", open: true, endpoint: getHealth },
  { id: "getOpenApi", method: "GET", path: "/openapi.json", open: true, endpoint: getOpenApi(() => routes) },
  { id: "getEvents", method: "GET", path: "/events.json", open: true, endpoint: getEvents },
  { id: "getMe", method: "GET", path: "/v1/me", endpoint: getMe },
  { id: "scheduleJob", method: "POST", path: "/v1/jobs", takesQuery: true, scope: "jobs:write", endpoint: postJob },
  { id: "scheduleJobs", method: "POST", path: "/v1/jobs/batch", scope: "jobs:write", endpoint: postJobsBatch },
  {
    id: "changeJobs",
    method: "POST",
    path: "/v1/jobs/bulk",
    takesQuery: true,
    scope: "jobs:admin",
    endpoint: postBulk,
  },
  {
    id: "listJobs",
    method: "GET",
    path: "/v1/jobs",
    takesQuery: true,
    tagged: true,
    scope: "jobs:read",
    endpoint: getJobs,
  },
  {
    id: "getJob",
    method: "GET",
    path: "/v1/jobs/{id}",
    takesQuery: true,
    tagged: true,
    scope: "jobs:read",
    endpoint: getJob,
  },
  { id: "findJobs", method: "GET", path: "/v1/find", takesQuery: true, scope: "jobs:read", endpoint: getFind },
  { id: "findSealedJobs", method: "POST", path: "/v1/find", scope: "jobs:read", endpoint: postFind },
  { id: "explainWait", method: "GET", path: "/v1/jobs/{id}/explain", scope: "jobs:read", endpoint: getExplain },
  { id: "getJobCost", method: "GET", path: "/v1/jobs/{id}/cost", scope: "jobs:read", endpoint: getJobCost },
  {
    id: "getJobInput",
    method: "GET",
    path: "/v1/jobs/{id}/input",
    takesQuery: true,
    scope: "jobs:input",
    endpoint: getInput,
  },
  {
    id: "listRuns",
    method: "GET",
    path: "/v1/jobs/{id}/runs",
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getRuns,
  },
  change("cancel", postCancel),
  change("pause", postPause),
  change("resume", postResume),
  change("reschedule", postReschedule),
  change("retry", postRetry),
  change("migrate", postMigrate),
  { ...change("run-now", postRunNow), id: "runNowJob" },
  { ...change("skip-next", postSkipNext), id: "skipNextRun" },
  {
    id: "deleteJob",
    method: "DELETE",
    path: "/v1/jobs/{id}",
    takesQuery: true,
    scope: "jobs:write",
    endpoint: deleteJob,
  },
  {
    id: "sendSignal",
    method: "POST",
    path: "/v1/signals",
    takesQuery: true,
    scope: "jobs:write",
    endpoint: postSignals,
  },
  {
    id: "listApprovals",
    method: "GET",
    path: "/v1/approvals",
    takesQuery: true,
    tagged: true,
    scope: "jobs:read",
    endpoint: getApprovals,
  },
  {
    id: "decideApproval",
    method: "POST",
    path: "/v1/approvals/{id}",
    takesQuery: true,
    scope: "jobs:write",
    endpoint: postApproval,
  },
  {
    id: "listIncidents",
    method: "GET",
    path: "/v1/incidents",
    takesQuery: true,
    tagged: true,
    scope: "jobs:read",
    endpoint: getIncidents,
  },
  { id: "getIncident", method: "GET", path: incidentPath, scope: "jobs:read", endpoint: getIncident },
  incidentRoute("resolve", postResolveIncident),
  incidentRoute("ignore", postIgnoreIncident),
  incidentRoute("reopen", postReopenIncident),
  { id: "listSeries", method: "GET", path: "/v1/series", takesQuery: true, scope: "jobs:read", endpoint: getSeries },
  { id: "pauseScope", method: "POST", path: "/v1/pauses", takesQuery: true, scope: "jobs:admin", endpoint: postPauses },
  { id: "listPauses", method: "GET", path: "/v1/pauses", takesQuery: true, scope: "jobs:read", endpoint: getPauses },
  {
    id: "endPause",
    method: "DELETE",
    path: "/v1/pauses/{id}",
    takesQuery: true,
    scope: "jobs:admin",
    endpoint: deletePause,
  },
  {
    id: "clearCache",
    method: "DELETE",
    path: "/v1/cache/{product}/{env}/{tag}",
    takesQuery: true,
    scope: "jobs:write",
    endpoint: deleteCache,
  },
  { id: "explainJob", method: "POST", path: "/v1/explain", scope: "jobs:write", endpoint: postExplain },
  { id: "createUpload", method: "POST", path: "/v1/uploads", scope: "jobs:write", endpoint: postUpload },
  { id: "listProducts", method: "GET", path: "/v1/products", scope: "jobs:read", endpoint: getProducts },
  { id: "getProduct", method: "GET", path: "/v1/products/{tag}", scope: "jobs:read", endpoint: getProduct },
  {
    id: "listDefinitions",
    method: "GET",
    path: "/v1/definitions",
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getDefinitions,
  },
  {
    id: "getDefinition",
    method: "GET",
    path: "/v1/definitions/{id}",
    scope: "jobs:read",
    endpoint: getDefinition,
  },
  { id: "getStats", method: "GET", path: "/v1/stats", takesQuery: true, scope: "jobs:read", endpoint: getStats },
  {
    id: "getActive",
    method: "GET",
    path: "/v1/stats/active",
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getActive,
  },
  { id: "getHome", method: "GET", path: "/v1/home", takesQuery: true, scope: "jobs:read", endpoint: getHome },
  {
    id: "getUpcoming",
    method: "GET",
    path: "/v1/stats/upcoming",
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getUpcoming,
  },
  {
    id: "getForecast",
    method: "GET",
    path: "/v1/forecast",
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getForecast,
  },
  { id: "getCosts", method: "GET", path: "/v1/costs", takesQuery: true, scope: "jobs:read", endpoint: getCosts },
  { id: "listErrors", method: "GET", path: "/v1/errors", takesQuery: true, scope: "jobs:read", endpoint: getErrors },
  { id: "listAudit", method: "GET", path: "/v1/audit", takesQuery: true, scope: "audit:read", endpoint: getAudit },
  { id: "listHooks", method: "GET", path: "/v1/hooks", takesQuery: true, scope: "jobs:read", endpoint: getHooks },
  {
    id: "listHookDeliveries",
    method: "GET",
    path: deliveriesPath,
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getHookDeliveries,
  },
  {
    id: "getHookDelivery",
    method: "GET",
    path: `${deliveriesPath}/{id}`,
    scope: "jobs:read",
    endpoint: getHookDelivery,
  },
  {
    id: "replayHookDelivery",
    method: "POST",
    path: `${deliveriesPath}/{id}/replay`,
    takesQuery: true,
    scope: "jobs:write",
    endpoint: postReplay,
  },
  {
    id: "listWebhooks",
    method: "GET",
    path: "/v1/webhooks",
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getWebhooks,
  },
  {
    id: "enableWebhook",
    method: "POST",
    path: "/v1/webhooks/{product}/{env}/{webhook}/enable",
    takesQuery: true,
    scope: "jobs:admin",
    endpoint: postEnableWebhook,
  },
  {
    id: "listWebhookDeliveries",
    method: "GET",
    path: sentPath,
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getWebhookDeliveries,
  },
  {
    id: "getWebhookDelivery",
    method: "GET",
    path: `${sentPath}/{id}`,
    scope: "jobs:read",
    endpoint: getWebhookDelivery,
  },
  {
    id: "resendWebhookDelivery",
    method: "POST",
    path: `${sentPath}/{id}/resend`,
    takesQuery: true,
    scope: "jobs:write",
    endpoint: postResend,
  },
  { id: "listLimits", method: "GET", path: "/v1/limits", takesQuery: true, scope: "jobs:read", endpoint: getLimits },
  {
    id: "pinLimit",
    method: "PUT",
    path: "/v1/limits/{product}/{env}/{name}",
    takesQuery: true,
    scope: "jobs:admin",
    endpoint: putLimit,
  },
  {
    id: "unpinLimit",
    method: "DELETE",
    path: "/v1/limits/{product}/{env}/{name}",
    takesQuery: true,
    scope: "jobs:admin",
    endpoint: deleteLimitPin,
  },
  {
    id: "startOperation",
    method: "POST",
    path: "/v1/operations",
    takesQuery: true,
    scope: "jobs:write",
    endpoint: postOperations,
  },
  {
    id: "listOperations",
    method: "GET",
    path: "/v1/operations",
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getOperations,
  },
  { id: "getOperation", method: "GET", path: "/v1/operations/{id}", scope: "jobs:read", endpoint: getOperation },
  {
    id: "listOperationJobs",
    method: "GET",
    path: "/v1/operations/{id}/not-changed",
    takesQuery: true,
    scope: "jobs:read",
    endpoint: getOperationJobs,
  },
  operationRoute("pause", "pauseOperation", postPauseOperation),
  operationRoute("continue", "continueOperation", postContinueOperation),
  operationRoute("stop", "stopOperation", postStopOperation),
  operationRoute("rate", "changeOperationRate", postOperationRate),
];

/** A route that steers one operation. */
function operationRoute(verb: string, id: string, endpoint: Endpoint<ApiServices>): Route<ApiServices> {
  const path = `/v1/operations/{id}/${verb}`;
  return { id, method: "POST", path, takesQuery: true, scope: "jobs:write", endpoint };
}

/** A route that changes one incident. */
function incidentRoute(verb: string, endpoint: Endpoint<ApiServices>): Route<ApiServices> {
  return {
    id: `${verb}Incident`,
    method: "POST",
    path: `${incidentPath}/${verb}`,
    takesQuery: true,
    scope: "jobs:write",
    endpoint,
  };
}

/** A route that changes one job. */
function change(verb: string, endpoint: Endpoint<ApiServices>): Route<ApiServices> {
  return {
    id: `${verb}Job`,
    method: "POST",
    path: `/v1/jobs/{id}/${verb}`,
    takesQuery: true,
    scope: "jobs:write",
    endpoint,
  };
}
