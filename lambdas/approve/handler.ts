import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { ApproveEnv, readEnv } from "../aws/start/env.ts";
import { startApprove } from "../aws/start/start-approve.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { answer } from "./answer.ts";

const services = lazy(() => startApprove(readEnv(ApproveEnv)));

export const handler = (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> =>
  withSafeErrors(services().log, () => answer(services(), event));
