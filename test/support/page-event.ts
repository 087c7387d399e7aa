import type { APIGatewayProxyEventV2 } from "aws-lambda";

interface Asked {
  method?: string;
  /** Names in lower case, as API Gateway passes them on. */
  headers?: Record<string, string>;
}

/** The event of a request to a route of the dashboard; `$default` is the route of an unknown path on this machine. */
export function anEvent(route: string, rawPath: string, { method = "GET", headers = {} }: Asked = {}) {
  const routeKey = route === "$default" ? route : `${method} ${route}`;
  return {
    version: "2.0",
    routeKey,
    rawPath,
    rawQueryString: "",
    headers,
    ...(route.endsWith("{proxy+}") && { pathParameters: { proxy: rawPath.slice(route.indexOf("{")) } }),
    requestContext: { requestId: "request-1", http: { method, path: rawPath } },
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2;
}
