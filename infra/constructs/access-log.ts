/**
 * Who asked for what and how it went: a line of API Gateway's access log, without the CDK, since the benchmark of what a job
 * costs counts its bytes. The path holds ids at most; queries and headers are left out.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export const accessLogFormat = JSON.stringify({
  request_id: "$context.requestId",
  time: "$context.requestTimeEpoch",
  ip: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  bytes: "$context.responseLength",
  latency_ms: "$context.responseLatency",
  integration_error: "$context.integrationErrorMessage",
  authorizer_error: "$context.authorizer.error",
});
