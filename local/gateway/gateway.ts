import type { IncomingMessage, ServerResponse } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { approvePath, dashboardMethods, dashboardPaths, hookPath, openPaths } from "../../lambdas/topology.ts";
import type { Invoke } from "../host/invoke.ts";
import { makeAuthorizer } from "./authorize.ts";
import { toEvent } from "./event.ts";
import { type Handler, megabyte, readBody, sendJson } from "./http.ts";
import { sendResult } from "./response.ts";

/** API Gateway accepts no larger request, and waits no longer for an answer than the timeout below. */
const largestBody = 10 * megabyte;
/** Lambda accepts no larger event and sends no larger answer, both measured as JSON. */
const largestPayload = 6 * megabyte + 100;
const isTooLarge = (payload: unknown): boolean => Buffer.byteLength(JSON.stringify(payload) ?? "") > largestPayload;
const integrationTimeoutMs = 30_000;

const openRoutes = openPaths.map((path) => `ANY ${path}`);
/** Without the variable part at the end, if there is one. */
const pageRoutes = dashboardPaths.map((path) => ({ path, start: path.replace("{proxy+}", "") }));

interface GatewayOptions {
  invoke: Invoke;
  outbox: Handler;
  clock: Handler;
  session: Handler;
  timeoutMs?: number;
}

/**
 * API Gateway's HTTP API in front of the authorizer, the API and the dashboard, with the outbox, the clock and the page's session
 * beside them.
 */
export function makeGateway({
  invoke,
  outbox,
  clock,
  session,
  timeoutMs = integrationTimeoutMs,
}: GatewayOptions): Handler {
  const authorize = makeAuthorizer(invoke);
  return async (request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (path === "/outbox") return outbox(request, response);
    if (path === "/local/clock") return clock(request, response);
    if (path === "/local/session") return session(request, response);
    const page = approveRouteOf(path) ?? hookRouteOf(request, path) ?? pageRouteOf(request, path);
    const route = page ?? routeOf(path);
    const body = await readBody(request, largestBody);
    if (route === undefined) return refuse(response, 404, "Not Found");
    if (body === undefined) return refuse(response, 413, "Request Entity Too Large");
    const event = toEvent(request, body, route);
    if (isTooLarge(event)) return refuse(response, 413, "Request Entity Too Large");
    try {
      const isOpen = page !== undefined || openRoutes.includes(route);
      const authorization = isOpen ? undefined : await authorize(event);
      if (authorization?.outcome === "unauthorized") return refuse(response, 401, "Unauthorized");
      if (authorization?.outcome === "forbidden") return refuse(response, 403, "Forbidden");
      if (authorization?.outcome === "allowed") withAuthorizer(event, authorization.context);
      const result = await within(timeoutMs, invoke(entryOf(page), event));
      if (result === timedOut) return refuse(response, 503, "Service Unavailable");
      if (isTooLarge(result)) throw new Error("the answer is larger than Lambda sends");
      sendResult(response, result, event.requestContext.requestId);
    } catch (error) {
      // As in the access log of AWS, the path of an approval is nobody's business: it holds a token.
      console.error(`${request.method} ${page === undefined ? path : page.split(" ")[1]} failed:`, error);
      refuse(response, 500, "Internal Server Error");
    }
  };
}

function routeOf(path: string): string | undefined {
  const exact = `ANY ${path}`;
  if (openRoutes.includes(exact)) return exact;
  return path.startsWith("/v1/") ? "ANY /v1/{proxy+}" : undefined;
}

/** The start of the path of an approval, behind which is its token. */
const approveStart = approvePath.replace("{token}", "");

const approveRouteOf = (path: string): string | undefined =>
  path.startsWith(approveStart) && !path.slice(approveStart.length).includes("/") ? `ANY ${approvePath}` : undefined;

const hookParts = hookPath.split("/").length;

const hookRouteOf = ({ method }: IncomingMessage, path: string): string | undefined =>
  method === "POST" && path.startsWith("/hooks/") && path.split("/").length === hookParts
    ? `POST ${hookPath}`
    : undefined;

function entryOf(page: string | undefined) {
  if (page === undefined) return "api";
  if (page.endsWith(hookPath)) return "hooks";
  return page.endsWith(approvePath) ? "approve" : "dashboard";
}

/** The dashboard has its own paths. It also answers a browser at a path that nothing has, with a page that says so. */
function pageRouteOf({ method = "GET", headers }: IncomingMessage, path: string): string | undefined {
  if (!dashboardMethods.some((one) => one === method)) return undefined;
  const own = pageRoutes.find(
    ({ path: known, start }) => path === known || (start !== known && path.startsWith(start)),
  );
  if (own) return `${method} ${own.path}`;
  const isBrowser = headers.accept?.includes("text/html") ?? false;
  return isBrowser && routeOf(path) === undefined ? "$default" : undefined;
}

const refuse = (response: ServerResponse, status: number, message: string) => sendJson(response, status, { message });

function withAuthorizer(event: APIGatewayProxyEventV2, context: Record<string, unknown>): void {
  Object.assign(event.requestContext, { authorizer: { lambda: context } });
}

const timedOut = Symbol("timed out");

async function within<T>(ms: number, work: Promise<T>): Promise<T | typeof timedOut> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<typeof timedOut>((resolve) => {
    timer = setTimeout(() => resolve(timedOut), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
