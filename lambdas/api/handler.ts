import { ApiEnv, limitsOf, readEnv } from "../aws/env.ts";
import { httpApi } from "../aws/http-api.ts";
import { startServices } from "../aws/start-up.ts";
import { catalog } from "../consumers/catalog.ts";
import { once } from "../core/once.ts";
import { servedRoutes } from "./served-routes.ts";

export const handler = httpApi(
  once(() => {
    const env = readEnv(ApiEnv);
    return { ...startServices("api", env, catalog), limits: limitsOf(env) };
  }),
  servedRoutes,
);
