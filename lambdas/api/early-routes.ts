/*
 * The routes that schedule and await jobs, or that monitors probe: they are loaded with the function, since during its
 * start Lambda has more CPU than during a request. These two groups, and not one import per route, keep what a cold start
 * reads in a few files: the bundler splits shared code by who imports it.
 */
export * as getHealth from "./routes/get-health.ts";
export * as getJob from "./routes/get-job.ts";
export * as getProducts from "./routes/get-products.ts";
export * as postJob from "./routes/post-job.ts";
export * as postJobsBatch from "./routes/post-jobs-batch.ts";
