import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Person } from "../../lambdas/core/access/api-key.ts";
import { allScopes, type Scopes } from "../../lambdas/core/access/scopes.ts";

export interface Asked {
  method?: string;
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** An object is sent as JSON, a string as it is. */
  body?: unknown;
  scopes?: Scopes | null;
  /** The tenant that makes the request. */
  keyId?: string;
  keyName?: string;
  /** Requests per second that its key may send. */
  rate?: number;
  /** When its key expires. */
  expiresAt?: number;
  /** Who has signed in to get it. */
  person?: Person;
  /** The id that API Gateway gives the request. Default: `req-1`. */
  requestId?: string;
}

/** The event that an HTTP API sends to its Lambda, payload format 2.0. */
export function httpEvent({
  method = "GET",
  path,
  query,
  headers = {},
  body,
  scopes = allScopes,
  keyId = "deployed",
  keyName,
  rate,
  expiresAt,
  person,
  requestId = "req-1",
}: Asked) {
  const event = {
    version: "2.0",
    routeKey: "ANY /v1/{proxy+}",
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(query && { queryStringParameters: query }),
    requestContext: {
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
      requestId,
      ...(scopes && {
        authorizer: {
          lambda: {
            scopes: JSON.stringify(scopes),
            key_id: keyId,
            ...(keyName !== undefined && { key_name: keyName }),
            ...(rate !== undefined && { rate: String(rate) }),
            ...(expiresAt !== undefined && { expires_at: String(expiresAt) }),
            ...(person && { person: JSON.stringify(person) }),
          },
        },
      }),
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    isBase64Encoded: false,
  };
  return event as unknown as APIGatewayProxyEventV2;
}
