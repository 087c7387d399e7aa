import type { ServerResponse } from "node:http";

interface ProxyResult {
  statusCode?: number;
  headers?: Record<string, string | number | boolean>;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
}

/** A Lambda's answer on the wire. Without a statusCode it is the body of a 200, as payload format 2.0 says. */
export function sendResult(response: ServerResponse, result: unknown, requestId: string): void {
  const answer: ProxyResult =
    typeof result === "object" && result !== null && "statusCode" in result
      ? (result as ProxyResult)
      : { statusCode: 200, body: typeof result === "string" ? result : JSON.stringify(result) };
  const body = Buffer.from(answer.body ?? "", answer.isBase64Encoded ? "base64" : "utf8");
  // Names in lower case, so that a Content-Type of the Lambda's replaces the default one.
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const status = answer.statusCode ?? 200;
  // RFC 9110 8.6: none with 204, and to HEAD none but the one that GET would have.
  const hasLength = status !== 204 && response.req.method !== "HEAD";
  response.writeHead(status, {
    ...(body.length > 0 && { "content-type": "application/json" }),
    ...Object.fromEntries(headers),
    ...(answer.cookies && { "set-cookie": answer.cookies }),
    ...(hasLength && { "content-length": body.length }),
    "apigw-requestid": requestId,
  });
  response.end(body);
}
