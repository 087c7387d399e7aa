import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEventV2, APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { account, region } from "../runtime/names.ts";

const apiId = "local";

const joined = (values: Record<string, string[] | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, list]) => [name, (list ?? []).join(",")]));

function queryOf(search: URLSearchParams): Record<string, string> | undefined {
  const names = [...new Set(search.keys())];
  if (names.length === 0) return undefined;
  return joined(Object.fromEntries(names.map((name) => [name, search.getAll(name)])));
}

/** Content types that arrive as text. Everything else, and everything encoded, arrives as base64. */
const textual = /^(text\/|application\/([\w.-]+\+)?(json|xml|javascript)\b)/i;

function bodyOf(request: IncomingMessage, body: Buffer) {
  if (body.length === 0) return { isBase64Encoded: false };
  const encoded = request.headers["content-encoding"] !== undefined;
  const isText = !encoded && textual.test(request.headers["content-type"] ?? "");
  return { body: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

/** `28/Jul/2026:09:01:02 +0000`, the format of access logs. */
const accessLogTime = (now: Date): string => {
  const [, day, month, year, time] = now.toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
};

/** API Gateway decodes the parts of a path. */
function hookParameters(rawPath: string): Record<string, string> {
  const decoded = (part = ""): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  const [product, env, name] = rawPath.split("/").slice(2).map(decoded);
  return { product: product ?? "", env: env ?? "", name: name ?? "" };
}

/** The HTTP API event, payload format 2.0, on the default stage. `rawPath` is the part before the `?`. */
export function toEvent(request: IncomingMessage, body: Buffer, routeKey: string): APIGatewayProxyEventV2 {
  const [rawPath = "/", ...search] = (request.url ?? "/").split("?");
  const rawQueryString = search.join("?");
  const { cookie, ...headers } = request.headersDistinct;
  const cookies = cookie?.flatMap((line) => line.split(/; ?/));
  const query = queryOf(new URLSearchParams(rawQueryString));
  const now = new Date();
  return {
    version: "2.0",
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers: joined(headers),
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: account,
      apiId,
      domainName: request.headers.host?.split(":")[0] ?? "localhost",
      domainPrefix: apiId,
      http: {
        method: request.method ?? "GET",
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey,
      stage: "$default",
      time: accessLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(routeKey.endsWith("/{token}") && { pathParameters: { token: rawPath.split("/").at(-1) ?? "" } }),
    ...(routeKey.endsWith("/{product}/{env}/{name}") && { pathParameters: hookParameters(rawPath) }),
    ...(routeKey.endsWith("{proxy+}") && { pathParameters: { proxy: rawPath.replace(/^\/\w+\//, "") } }),
    ...bodyOf(request, body),
  };
}

/** The authorizer's event: the request without its body. */
export function toAuthorizerEvent(
  { body: _body, isBase64Encoded: _encoded, ...event }: APIGatewayProxyEventV2,
  identity: string,
): APIGatewayRequestAuthorizerEventV2 {
  const { method } = event.requestContext.http;
  return {
    ...event,
    version: "2.0",
    type: "REQUEST",
    routeArn: `arn:aws:execute-api:${region}:${account}:${apiId}/$default/${method}${event.rawPath}`,
    identitySource: [identity],
    cookies: event.cookies ?? [],
    headers: event.headers as Record<string, string>,
    queryStringParameters: (event.queryStringParameters ?? {}) as Record<string, string>,
    pathParameters: (event.pathParameters ?? {}) as Record<string, string>,
    stageVariables: {},
  } as APIGatewayRequestAuthorizerEventV2;
}
