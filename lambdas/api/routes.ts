import type { HttpRoute } from "../aws/http/http-api.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { deleteJob } from "./routes/delete-job.ts";
import { getEvents } from "./routes/get-events.ts";
import { getHealth } from "./routes/get-health.ts";
import { getJob } from "./routes/get-job.ts";
import { getJobs } from "./routes/get-jobs.ts";
import { getOpenApi } from "./routes/get-openapi.ts";
import { getProduct } from "./routes/get-product.ts";
import { getProducts } from "./routes/get-products.ts";
import { getRuns } from "./routes/get-runs.ts";
import { getStats } from "./routes/get-stats.ts";
import { postBulk } from "./routes/post-bulk.ts";
import { postCancel } from "./routes/post-cancel.ts";
import { postExplain } from "./routes/post-explain.ts";
import { postJob } from "./routes/post-job.ts";
import { postJobsBatch } from "./routes/post-jobs-batch.ts";
import { postPause } from "./routes/post-pause.ts";
import { postReschedule } from "./routes/post-reschedule.ts";
import { postResume } from "./routes/post-resume.ts";
import { postRetry } from "./routes/post-retry.ts";
import { postRunNow } from "./routes/post-run-now.ts";
import { postUpload } from "./routes/post-upload.ts";

/** Every route of the HTTP API. */
export const routes: HttpRoute<ApiServices>[] = [
  getHealth,
  getOpenApi(() => routes),
  getEvents,
  postJob,
  postJobsBatch,
  postBulk,
  getJobs,
  getJob,
  getRuns,
  postCancel,
  postPause,
  postResume,
  postReschedule,
  postRetry,
  postRunNow,
  deleteJob,
  postExplain,
  postUpload,
  getProducts,
  getProduct,
  getStats,
];
