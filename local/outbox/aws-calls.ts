import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../gateway/http.ts";

/** The service in a signature: `Credential=<key>/<day>/<region>/<service>/aws4_request`. */
const scope = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[^/]+\/([a-z0-9-]+)\/aws4_request/;

/** Paths of the Lambda API. Its signatures look like those of function URLs. */
const lambdaApi = /^\/20\d\d-\d\d-\d\d\//;

/**
 * The AWS service that a request calls, if nothing here stands in for it: a client that calls it here by mistake must not take
 * the outbox's answer for that of AWS.
 */
export function foreignService({ headers, url = "/" }: Pick<IncomingMessage, "headers" | "url">): string | undefined {
  if (lambdaApi.test(url)) return "lambda";
  const service = scope.exec(headers.authorization ?? "")?.[1];
  // Jobs make signed calls to function URLs and to API Gateway.
  return service === "lambda" || service === "execute-api" ? undefined : service;
}

export function refuseService(service: string, response: ServerResponse): void {
  const message = `There is no local stand-in for this operation of ${service}.`;
  const headers = { "x-amzn-errortype": "UnsupportedOperationException" };
  sendJson(response, 400, { __type: "UnsupportedOperationException", message, Message: message }, headers);
}
