import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { RequestError } from "../core/errors.ts";

/** GET brings HEAD along (RFC 9110 9.3.2). */
export const withHead = <Method extends string>(method: Method): (Method | "HEAD")[] =>
  method === "GET" ? [method, "HEAD"] : [method];

/** Before anything else is said of a request: 404 for a path that is none, 405 with the methods of one that is. */
export function onlyRoutes(routes: readonly { method: string; path: string }[]): MiddlewareObj<APIGatewayProxyEventV2> {
  const patterns = routes.map(({ method, path }) => ({
    methods: withHead(method),
    isExact: !path.includes("{"),
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}/?$`),
  }));
  return {
    before: ({ event }) => {
      const { method, path } = event.requestContext.http;
      const fit = patterns.filter(({ pattern }) => pattern.test(path));
      // A path of its own is never also the `{id}` of another one.
      const own = fit.some(({ isExact }) => isExact) ? fit.filter(({ isExact }) => isExact) : fit;
      const allow = [...new Set(own.flatMap(({ methods }) => methods))];
      if (allow.includes(method)) return;
      if (allow.length === 0) throw new RequestError("ROUTE_NOT_FOUND", "There is no such route.");
      throw new RequestError("METHOD_NOT_ALLOWED", `This path takes ${allow.join(", ")}.`, { allow });
    },
  };
}

/** An answer to HEAD has no body. To be used first: middy runs what comes after the handler from last to first. */
export function withoutBody(): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  const strip: MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>["after"] = (request) => {
    if (request.event.requestContext?.http?.method === "HEAD" && request.response) delete request.response.body;
  };
  return { after: strip, onError: strip };
}
