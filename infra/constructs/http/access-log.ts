import type { Config } from "../../settings/config.ts";

/**
 * A line of API Gateway's access log: who requested what, and with which outcome. Successful reads are in no other log; of what changes
 * something the API logs which path it was. The path itself is left out, as are queries and headers: that of an approval holds a
 * token, with which whoever reads the log could decide. Free of CDK, because the cost benchmark uses it.
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
    route: "$context.routeKey",
    status: "$context.status",
    bytes: "$context.responseLength",
    latency_ms: "$context.responseLatency",
    function_ms: "$context.integrationLatency",
    integration_error: "$context.integrationErrorMessage",
    authorizer_error: "$context.authorizer.error",
  });
