import type { HttpRoute } from "../aws/http-api.ts";
import type { Services } from "../core/services.ts";
import { getHealth } from "./routes/get-health.ts";
import { getJob } from "./routes/get-job.ts";
import { getJobs } from "./routes/get-jobs.ts";
import { getProduct } from "./routes/get-product.ts";
import { getProducts } from "./routes/get-products.ts";
import { getRuns } from "./routes/get-runs.ts";
import { getStats } from "./routes/get-stats.ts";
import { postJob } from "./routes/post-job.ts";
import { postJobsBatch } from "./routes/post-jobs-batch.ts";
import { postUpload } from "./routes/post-upload.ts";

/** Every route of the HTTP API. */
export const routes: HttpRoute<Services>[] = [
  getHealth,
  postJob,
  postJobsBatch,
  getJobs,
  getJob,
  getRuns,
  getProducts,
  getProduct,
  getStats,
  postUpload,
];
