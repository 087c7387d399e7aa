import { httpApi } from "../aws/http/http-api.ts";
import { ApiEnv, readEnv } from "../aws/start/env.ts";
import { startApi } from "../aws/start/start-api.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { routes } from "./routes.ts";
import { whileValid } from "./while-valid.ts";
import { withinRate } from "./within-rate.ts";

export const handler = httpApi(
  lazy(() => startApi(readEnv(ApiEnv), catalog)),
  routes.map(withinRate).map(whileValid),
);
