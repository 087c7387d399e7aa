import { httpApi } from "../aws/http/http-api.ts";
import { ApiEnv, readEnv } from "../aws/start/env.ts";
import { startApi } from "../aws/start/start-api.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { once } from "../core/schema/lazy.ts";
import { servedRoutes } from "./served-routes.ts";

export const handler = httpApi(
  once(() => startApi(readEnv(ApiEnv), catalog)),
  servedRoutes,
);
