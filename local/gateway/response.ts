import type { ServerResponse } from "node:http";

interface ProxyResult {
  statusCode?: number;
  headers?: Record<string, string | number | boolean>;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
}

/** Sends a Lambda's answer. Without a statusCode it is the body of a 200, as payload format 2.0 defines. */
export function sendResult(response: ServerResponse, result: unknown, requestId: string): void {
  const answer: ProxyResult =
    typeof result === "object" && result !== null && "statusCode" in result
      ? (result as ProxyResult)
      : { statusCode: 200, body: typeof result === "string" ? result : JSON.stringify(result) };
  const body = Buffer.from(answer.body ?? "", answer.isBase64Encoded ? "base64" : "utf8");
  // Names are in lower case, so that a Content-Type of the Lambda replaces the default one.
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const status = answer.statusCode ?? 200;
  // RFC 9110 8.6: no length with 204, and with HEAD and 304 only the length that GET would have.
  const hasLength = status !== 204 && status !== 304 && response.req.method !== "HEAD";
  response.writeHead(status, {
    ...(body.length > 0 && { "content-type": "application/json" }),
    ...Object.fromEntries(headers),
    ...(answer.cookies && { "set-cookie": answer.cookies }),
    ...(hasLength && { "content-length": body.length }),
    "apigw-requestid": requestId,
  });
  response.end(body);
}
