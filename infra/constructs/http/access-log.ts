import type { Config } from "../../settings/config.ts";

/**
 * A line of API Gateway's access log: who requested what, and with which outcome. Successful requests are in no other log. The
 * path contains ids at most; queries and headers are left out. Free of CDK, because the cost benchmark uses it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export const accessLogFormat = (auth: Config["auth"]): string =>
  JSON.stringify({
    request_id: "$context.requestId",
    time: "$context.requestTimeEpoch",
    ip: "$context.identity.sourceIp",
    // The authorizer returns the id of the key.
    ...(auth === "key" ? { key_id: "$context.authorizer.key_id" } : { caller: "$context.identity.userArn" }),
    method: "$context.httpMethod",
    path: "$context.path",
    status: "$context.status",
    bytes: "$context.responseLength",
    latency_ms: "$context.responseLatency",
    function_ms: "$context.integrationLatency",
    integration_error: "$context.integrationErrorMessage",
    authorizer_error: "$context.authorizer.error",
  });
