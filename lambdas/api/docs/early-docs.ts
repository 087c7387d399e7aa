/** The documentation of the routes that are loaded with the function. Only the OpenAPI document needs it, so it is loaded with that. */
export { doc as getHealth } from "./get-health.ts";
export { doc as getJob } from "./get-job.ts";
export { doc as getProducts } from "./get-products.ts";
export { doc as postJob } from "./post-job.ts";
export { doc as postJobsBatch } from "./post-jobs-batch.ts";
