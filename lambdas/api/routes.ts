import type { HttpRoute } from "../aws/http-api.ts";
import type { Services } from "../core/services.ts";
import { getHealth } from "./routes/get-health.ts";
import { getJob } from "./routes/get-job.ts";
import { getStats } from "./routes/get-stats.ts";
import { postJob } from "./routes/post-job.ts";

/** Every route of the HTTP API. */
export const routes: HttpRoute<Services>[] = [getHealth, postJob, getJob, getStats];
