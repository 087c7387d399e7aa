import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { HooksEnv, readEnv } from "../aws/start/env.ts";
import { startHooks } from "../aws/start/start-hooks.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { answer } from "./answer.ts";

const services = lazy(() => startHooks(readEnv(HooksEnv), catalog));

export const handler = (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> =>
  withSafeErrors(services().log, () => answer(services(), event));
