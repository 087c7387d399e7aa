import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { RequestError } from "../../core/kernel/request-error.ts";

/** A route for GET answers HEAD too (RFC 9110 9.3.2). */
export const withHead = <Method extends string>(method: Method): (Method | "HEAD")[] =>
  method === "GET" ? [method, "HEAD"] : [method];

/** Answers 404 for an unknown path, and 405 with the allowed methods for a known one, before any other check. */
export function onlyRoutes(routes: readonly { method: string; path: string }[]): MiddlewareObj<APIGatewayProxyEventV2> {
  const methodsAt = methodsByPath(routes);
  return {
    before: ({ event }) => {
      const { method, path } = event.requestContext.http;
      const allow = methodsAt(path);
      if (allow.includes(method)) return;
      if (allow.length === 0) throw new RequestError("ROUTE_NOT_FOUND", "There is no such route.");
      throw new RequestError("METHOD_NOT_ALLOWED", `This path allows ${allow.join(", ")}.`, { allow });
    },
  };
}

/**
 * Returns the methods of a path, or none for an unknown path. Every path has one spelling: an IAM policy that denies a path
 * would not match another spelling of it, such as one with a slash at the end.
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
  // A literal path, such as /v1/jobs/batch, wins over `/v1/jobs/{id}`.
  return (path) => methods.get(path) ?? patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ own }) => own);
}

/** Removes the body of an answer to HEAD. Must be the first middleware: middy runs what follows the handler in reverse order. */
export function withoutBody(): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  const strip: MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>["after"] = (request) => {
    if (request.event.requestContext?.http?.method === "HEAD" && request.response) delete request.response.body;
  };
  return { after: strip, onError: strip };
}
