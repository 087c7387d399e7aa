import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../gateway/http.ts";

/** What a signature is for: `Credential=<key>/<day>/<region>/<service>/aws4_request`. */
const scope = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[^/]+\/([a-z0-9-]+)\/aws4_request/;

/** Where the API of Lambda is, whose signatures are those of function URLs too. */
const lambdaApi = /^\/20\d\d-\d\d-\d\d\//;

/**
 * The service whose API a request calls, where it is one that nothing here stands in for: a client that is led here by mistake
 * must not take the outbox's answer for that of AWS.
 */
export function foreignService({ headers, url = "/" }: Pick<IncomingMessage, "headers" | "url">): string | undefined {
  if (lambdaApi.test(url)) return "lambda";
  const service = scope.exec(headers.authorization ?? "")?.[1];
  // Signed calls of functions and of the API Gateway of others are what jobs do.
  return service === "lambda" || service === "execute-api" ? undefined : service;
}

export function refuseService(service: string, response: ServerResponse): void {
  const message = `There is no local stand-in for this operation of ${service}.`;
  const headers = { "x-amzn-errortype": "UnsupportedOperationException" };
  sendJson(response, 400, { __type: "UnsupportedOperationException", message, Message: message }, headers);
}
