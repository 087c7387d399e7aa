import middy, { type MiddlewareObj } from "@middy/core";
import httpHeaderNormalizer from "@middy/http-header-normalizer";
import httpRouter from "@middy/http-router";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { allScopes, Scopes } from "../../core/access/scopes.ts";
import { traceOf } from "../../core/errors.ts";
import type { Job } from "../../core/job/job.ts";
import { jobFields, loggingOf } from "../../core/operations/log-fields.ts";
import type { Log } from "../../core/ports/ports.ts";
import { RequestError } from "../../core/requests/request-error.ts";
import { jsonPointer } from "../../core/schema/schema.ts";
import { largestAnswer, sentBytes } from "../../core/schema/sizes.ts";
import { invocationFields } from "../log/log.ts";
import { jsonBody } from "./json-body.ts";
import { onlyRoutes, withHead, withoutBody } from "./only-routes.ts";
import { problemOf, requestErrorOf } from "./problem.ts";
import type { RouteDoc } from "./route-doc.ts";
import { securityHeaders } from "./security-headers.ts";

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

/** A request as a route sees it. */
export interface HttpRequest {
  /** API Gateway's, which its access log and every line of ours have. */
  id: string;
  /** The parsed JSON body of a POST; undefined where there is none. */
  body: unknown;
  params: Record<string, string>;
  query: Record<string, string>;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  scopes: Scopes;
  /** The id of the caller's key, or of its identity in IAM: what its requests are counted by. */
  caller: string;
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

/** An answer that takes so long is worth a line, and counts for the alarm on a slow API. */
const slowMs = 3000;

/**
 * What went well is in the access log of API Gateway, and a second line of each request would cost as much as its bytes;
 * what was slow is measured, unless its caller wanted to wait. Probes, which ask what is open, say nothing.
 */
function tell(log: Log, { status, about, waited }: HttpResponse, ms: number): void {
  const fields = { ...(about && jobFields(about)), status, answer_ms: Math.round(ms) };
  if (ms < slowMs || waited) log.debug("request answered", fields);
  else log.measure("request answered slowly", { values: { slow_answers: 1 } }, fields);
}

/** The access log of API Gateway, which has the key and the time it took, has the same `request_id`. */
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
  // As they are: ids and tags never need percent-encoding, and a policy of IAM would not see through it.
  const params = Object.entries(event.pathParameters ?? {}).map(([name, value]) => [name, value ?? ""]);
  const { requestId: id } = event.requestContext;
  const caller = callerOf(event);
  return { id, body: event.body, params: Object.fromEntries(params), query, headers: event.headers, scopes, caller };
}

interface Authorized {
  lambda?: { scopes?: string; key_id?: string };
  iam?: { callerId?: string };
}

const authorizedOf = (event: Event): Authorized =>
  (event.requestContext as { authorizer?: Authorized }).authorizer ?? {};

/** An assumed role's id goes on with the session's name, of which a role may have any number. */
function callerOf(event: Event): string {
  const { lambda, iam } = authorizedOf(event);
  return lambda?.key_id ?? iam?.callerId?.split(":")[0] ?? "anybody";
}

/** API Gateway has authorized the caller; a bearer key comes with its scopes, an IAM caller may do everything. */
function scopesOf(event: Event): Scopes {
  const { lambda, iam } = authorizedOf(event);
  if (iam) return allScopes;
  const scopes = lambda?.scopes;
  if (scopes === undefined) throw new RequestError("UNAUTHENTICATED", "Send `Authorization: Bearer <API key>`.");
  return Scopes.parse(JSON.parse(scopes));
}

const json = ({ status, headers, body }: HttpResponse, type = "application/json"): Result => ({
  statusCode: status,
  headers: {
    ...(body !== undefined && { "content-type": type }),
    ...securityHeaders,
    ...headers,
  },
  ...(body !== undefined && { body: sendable(JSON.stringify(body)) }),
});

/** An answer that Lambda would not send. Routes keep theirs below it; one that does not is at fault. */
class AnswerTooLarge extends Error {
  override name = "AnswerTooLarge";
}

/** Lambda would throw the answer away, log it as an error of its own, and API Gateway would answer 500 without a word. */
function sendable(body: string): string {
  if (body.length > largestAnswer / 6 && sentBytes(body) > largestAnswer) {
    throw new AnswerTooLarge(`the answer has more than ${largestAnswer} bytes as Lambda counts them`);
  }
  return body;
}

/** Every error becomes RFC 9457 problem+json; what is not the request's fault is logged, without its message. */
const problemJson = (services: () => { log: Log }): MiddlewareObj<Event, Result> => ({
  onError: (request) => {
    const { log } = loggingOf(services(), requestFields(request.event, request.context));
    const refused = requestErrorOf(request.error);
    const cause = refused?.cause === undefined ? {} : traceOf(refused.cause);
    if (refused) log.info("request refused", { code: refused.code, job_id: refused.jobId, ...cause });
    else log.error("request failed", traceOf(request.error));
    const requestId = request.event.requestContext?.requestId;
    const problem = problemOf(request.error, requestId);
    const wait = refused?.retryAfterSeconds;
    const headers = {
      ...(wait !== undefined && { "retry-after": String(wait) }),
      ...(refused?.allow && { allow: refused.allow.join(", ") }),
    };
    request.response = json({ status: problem.status, headers, body: problem }, "application/problem+json");
  },
});
