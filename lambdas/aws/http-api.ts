import middy, { type MiddlewareObj } from "@middy/core";
import httpHeaderNormalizer from "@middy/http-header-normalizer";
import httpJsonBodyParser from "@middy/http-json-body-parser";
import httpRouter from "@middy/http-router";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { RequestError, traceOf } from "../core/errors.ts";
import type { Job } from "../core/job.ts";
import { jobFields, loggingOf } from "../core/log-fields.ts";
import type { Log } from "../core/ports.ts";
import { jsonPointer } from "../core/schema.ts";
import { allScopes, Scopes } from "../core/scopes.ts";
import { invocationFields } from "./log.ts";
import { onlyRoutes, withHead, withoutBody } from "./only-routes.ts";
import { problemOf, requestErrorOf } from "./problem.ts";
import type { RouteDoc } from "./route-doc.ts";
import { securityHeaders } from "./security-headers.ts";

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

/** A request as a route sees it. */
export interface HttpRequest {
  /** The parsed JSON body of a POST; undefined where there is none. */
  body: unknown;
  params: Record<string, string>;
  query: Record<string, string>;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  scopes: Scopes;
}

export interface HttpResponse {
  status: number;
  headers?: Record<string, string>;
  /** Absent where there is nothing to say (204). */
  body?: unknown;
  /** The one job that the request was about: the log says so. */
  about?: Job;
  /** The caller wanted to wait for a job: how long it took says nothing of us. */
  waited?: boolean;
}

/** A route as it is served. */
export interface ServedRoute<S> {
  method: "GET" | "POST" | "DELETE";
  path: string;
  /** Answers without an API key. */
  open?: boolean;
  /** Reads the query and refuses what it does not know of it; of other routes every parameter is refused. */
  takesQuery?: boolean;
  handle: (services: S, request: HttpRequest) => Promise<HttpResponse>;
}

export interface HttpRoute<S> extends ServedRoute<S> {
  /** What the OpenAPI document says of it; asked for when that is made. */
  doc: () => RouteDoc;
}

/** Declares a route: what `api/routes/<verb>-<noun>.ts` exports. */
export const httpRoute = <S>(
  method: HttpRoute<S>["method"],
  path: string,
  handle: HttpRoute<S>["handle"],
  more: Pick<HttpRoute<S>, "open" | "takesQuery" | "doc">,
): HttpRoute<S> => ({ method, path, handle, ...more });

/** Lambda refuses an event above 6 MB; a body may reach it as base64. */
const largestBody = 4_400_000;

/** The API Gateway (HTTP API, payload 2.0) handler of these routes. `services` is called once, by the first request. */
export const httpApi = <S extends { log: Log }>(services: () => S, routes: ServedRoute<S>[]) =>
  middy<Event, Result>()
    .use(withoutBody())
    .use(httpHeaderNormalizer())
    .use(onlyRoutes(routes))
    .use(jsonBody())
    .use(problemJson(services))
    .handler(
      httpRouter<Event, Result>(
        routes.flatMap((route) =>
          withHead(route.method).map((method) => ({
            method,
            path: route.path,
            handler: async (event: Event, context: Context): Promise<Result> => {
              const fields = { ...requestFields(event, context), route: `${route.method} ${route.path}` };
              const own = loggingOf(services(), fields);
              const began = performance.now();
              const answer = await route.handle(own, requestOf(event, route));
              if (!route.open) tell(own.log, answer, performance.now() - began);
              return json(answer);
            },
          })),
        ),
      ),
    );

/** One line a request, but for probes, which ask what is open; it is a measurement too. */
function tell(log: Log, { status, about, waited }: HttpResponse, ms: number): void {
  const fields = { ...(about && jobFields(about)), status };
  if (waited) log.info("request answered", fields);
  else log.measure("request answered", { values: { answer_ms: Math.round(ms) } }, fields);
}

/** The access log of API Gateway, which has the caller and the time it took, has the same `request_id`. */
const requestFields = (event: Event, context: Context) => ({
  request_id: event.requestContext?.requestId,
  ...invocationFields(context),
});

function requestOf<S>(event: Event, { open, takesQuery }: ServedRoute<S>): HttpRequest {
  const scopes = open ? { products: [], envs: [], verbs: [] } : scopesOf(event);
  const query = Object.fromEntries(Object.entries(event.queryStringParameters ?? {}).map(([k, v]) => [k, v ?? ""]));
  const unknown = open || takesQuery ? [] : Object.keys(query);
  if (unknown.length > 0) {
    const faults = unknown.map((name) => ({ pointer: jsonPointer(["query", name]), detail: "unknown parameter." }));
    throw new RequestError("INVALID_REQUEST", "The query is not valid.", { faults });
  }
  const params = Object.entries(event.pathParameters ?? {}).map(([name, value]) => [name, decoded(value ?? "")]);
  return { body: event.body, params: Object.fromEntries(params), query, headers: event.headers, scopes };
}

/** A part of a path; one that is not percent-encoded as it should be names nothing that exists, as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** API Gateway has authorized the caller; a bearer key comes with its scopes, an IAM caller may do everything. */
function scopesOf(event: Event): Scopes {
  const { authorizer } = event.requestContext as { authorizer?: { lambda?: { scopes?: string }; iam?: unknown } };
  if (authorizer?.iam) return allScopes;
  const scopes = authorizer?.lambda?.scopes;
  if (scopes === undefined) throw new RequestError("UNAUTHENTICATED", "Send `Authorization: Bearer <API key>`.");
  return Scopes.parse(JSON.parse(scopes));
}

/**
 * Parses the body of a POST, whose limit is ours to say: beyond it Lambda would fail without a word. Without a body there
 * is no media type to ask for: a route whose body is optional takes none, and the schema of any other refuses it.
 */
function jsonBody(): MiddlewareObj<Event> {
  const parser = httpJsonBodyParser<Event>();
  return {
    before: (request) => {
      if (request.event.requestContext.http.method !== "POST" || !request.event.body) {
        delete request.event.body;
        return;
      }
      const encoding = request.event.headers["content-encoding"] ?? "identity";
      if (encoding !== "identity") {
        throw new RequestError("UNSUPPORTED_MEDIA_TYPE", "Send the body as it is, without a Content-Encoding.");
      }
      if (request.event.body.length > largestBody) {
        throw new RequestError("PAYLOAD_TOO_LARGE", `The body has more than ${largestBody} bytes.`);
      }
      return parser.before?.(request);
    },
  };
}

const json = ({ status, headers, body }: HttpResponse, type = "application/json"): Result => ({
  statusCode: status,
  headers: {
    ...(body !== undefined && { "content-type": type }),
    ...securityHeaders,
    ...headers,
  },
  ...(body !== undefined && { body: JSON.stringify(body) }),
});

/** Every error becomes RFC 9457 problem+json; what is not the request's fault is logged, without its message. */
const problemJson = (services: () => { log: Log }): MiddlewareObj<Event, Result> => ({
  onError: (request) => {
    const { log } = loggingOf(services(), requestFields(request.event, request.context));
    const refused = requestErrorOf(request.error);
    const cause = refused?.cause === undefined ? {} : traceOf(refused.cause);
    if (refused) log.info("request refused", { code: refused.code, job_id: refused.jobId, ...cause });
    else log.error("request failed", traceOf(request.error));
    const requestId = request.event.requestContext?.requestId;
    const problem = problemOf(refused, requestId);
    const wait = refused?.retryAfterSeconds;
    const headers = {
      ...(wait !== undefined && { "retry-after": String(wait) }),
      ...(refused?.allow && { allow: refused.allow.join(", ") }),
    };
    request.response = json({ status: problem.status, headers, body: problem }, "application/problem+json");
  },
});
