/* All other routes: they are loaded together, by the first request for any of them. */
export * as deleteJob from "./routes/delete-job.ts";
export * as getEvents from "./routes/get-events.ts";
export * as getJobs from "./routes/get-jobs.ts";
export * as getMe from "./routes/get-me.ts";
export { getOpenApi } from "./routes/get-openapi.ts";
export * as getProduct from "./routes/get-product.ts";
export * as getRuns from "./routes/get-runs.ts";
export * as getStats from "./routes/get-stats.ts";
export * as postBulk from "./routes/post-bulk.ts";
export * as postCancel from "./routes/post-cancel.ts";
export * as postExplain from "./routes/post-explain.ts";
export * as postPause from "./routes/post-pause.ts";
export * as postReschedule from "./routes/post-reschedule.ts";
export * as postResume from "./routes/post-resume.ts";
export * as postRetry from "./routes/post-retry.ts";
export * as postRunNow from "./routes/post-run-now.ts";
export * as postUpload from "./routes/post-upload.ts";
