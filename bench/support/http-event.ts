import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { KeyContext } from "../../lambdas/aws/http/http-api.ts";
import { allScopes } from "../../lambdas/core/access/scopes.ts";

export interface Asked {
  method?: string;
  path: string;
  query?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  requestId?: string;
  headers?: Record<string, string>;
  /** What the authorizer says of the key, besides that it may do everything. */
  key?: Pick<KeyContext, "rate">;
}

/** The event that an HTTP API sends to its Lambda, payload format 2.0, for a key that may do everything. */
export const httpEvent = ({ method = "GET", path, query, body, requestId = "req-1", headers, key }: Asked) =>
  ({
    version: "2.0",
    routeKey: "ANY /v1/{proxy+}",
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(query && { queryStringParameters: query }),
    requestContext: {
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "bench" },
      requestId,
      authorizer: { lambda: { scopes: JSON.stringify(allScopes), key_id: "deployed", ...key } },
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  }) as unknown as APIGatewayProxyEventV2;
