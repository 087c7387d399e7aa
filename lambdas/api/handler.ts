import { httpApi } from "../aws/http/http-api.ts";
import { ApiEnv, readEnv } from "../aws/start/env.ts";
import { startApi } from "../aws/start/start-api.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { lazy } from "../core/schema/lazy.ts";
import { servedRoutes } from "./served-routes.ts";

export const handler = httpApi(
  lazy(() => startApi(readEnv(ApiEnv), catalog)),
  servedRoutes,
);
