import { httpApi } from "../aws/http/http-api.ts";
import { readEnv } from "../aws/start/env.ts";
import { SignInEnv } from "../aws/start/sign-in-env.ts";
import { startSignIn } from "../aws/start/start-sign-in.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { routes } from "./routes.ts";

export const handler = httpApi(
  lazy(() => startSignIn(readEnv(SignInEnv))),
  routes,
);
