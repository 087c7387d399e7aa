import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { DashboardEnv, readEnv } from "../aws/start/env.ts";
import { startDashboard } from "../aws/start/start-dashboard.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { answer } from "./answer.ts";

const services = lazy(() => startDashboard(readEnv(DashboardEnv)));

export const handler = (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const { log, read } = services();
  return withSafeErrors(log, () => answer(event, read));
};
