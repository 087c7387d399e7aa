import { JobsEnv, readEnv } from "../aws/env.ts";
import { httpApi } from "../aws/http-api.ts";
import { once, startServices } from "../aws/start-up.ts";
import { catalog } from "../consumers/catalog.ts";
import { routes } from "./routes.ts";

export const handler = httpApi(
  once(() => startServices("api", readEnv(JobsEnv), catalog)),
  routes,
);
