import { ApiEnv, readEnv } from "../aws/env.ts";
import { httpApi } from "../aws/http-api.ts";
import { startApi } from "../aws/start-api.ts";
import { catalog } from "../consumers/catalog.ts";
import { once } from "../core/once.ts";
import { servedRoutes } from "./served-routes.ts";

export const handler = httpApi(
  once(() => startApi(readEnv(ApiEnv), catalog)),
  servedRoutes,
);
