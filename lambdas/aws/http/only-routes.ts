import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { RequestError } from "../../core/requests/request-error.ts";

/** GET brings HEAD along (RFC 9110 9.3.2). */
export const withHead = <Method extends string>(method: Method): (Method | "HEAD")[] =>
  method === "GET" ? [method, "HEAD"] : [method];

/** Before anything else is said of a request: 404 for a path that is none, 405 with the methods of one that is. */
export function onlyRoutes(routes: readonly { method: string; path: string }[]): MiddlewareObj<APIGatewayProxyEventV2> {
  const methodsAt = methodsByPath(routes);
  return {
    before: ({ event }) => {
      const { method, path } = event.requestContext.http;
      const allow = methodsAt(path);
      if (allow.includes(method)) return;
      if (allow.length === 0) throw new RequestError("ROUTE_NOT_FOUND", "There is no such route.");
      throw new RequestError("METHOD_NOT_ALLOWED", `This path takes ${allow.join(", ")}.`, { allow });
    },
  };
}

/**
 * The methods that a path takes; none where it is none. Every path has one spelling: a policy of IAM that denies a path
 * would not see another one of it, such as one with a slash at its end.
 */
function methodsByPath(routes: readonly { method: string; path: string }[]): (path: string) => string[] {
  const methods = new Map<string, string[]>();
  for (const { method, path } of routes) methods.set(path, [...(methods.get(path) ?? []), ...withHead(method)]);
  const patterns = [...methods]
    .filter(([path]) => path.includes("{"))
    .map(([path, own]) => ({
      own,
      pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
    }));
  // A path of its own is never also the `{id}` of another one.
  return (path) => methods.get(path) ?? patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ own }) => own);
}

/** An answer to HEAD has no body. To be used first: middy runs what comes after the handler from last to first. */
export function withoutBody(): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  const strip: MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>["after"] = (request) => {
    if (request.event.requestContext?.http?.method === "HEAD" && request.response) delete request.response.body;
  };
  return { after: strip, onError: strip };
}
