import middy, { type MiddlewareObj } from "@middy/core";
import httpHeaderNormalizer from "@middy/http-header-normalizer";
import httpRouter from "@middy/http-router";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { Person } from "../../core/access/api-key.ts";
import { madeBy } from "../../core/access/calling-actor.ts";
import { allScopes, noScopes, Scopes } from "../../core/access/scopes.ts";
import { requestTrace } from "../../core/job/trace.ts";
import { defined } from "../../core/kernel/defined.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import { parsedJson } from "../../core/kernel/parsed-json.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { jsonPointer } from "../../core/kernel/schema.ts";
import { largestAnswer, sentBytes } from "../../core/kernel/sizes.ts";
import { jobFields, loggingOf } from "../../core/operations/log-fields.ts";
import type { Log } from "../../core/ports/log.ts";
import { invocationFields } from "../log/log.ts";
import { withTag } from "./entity-tag.ts";
import { jsonBody } from "./json-body.ts";
import { onlyRoutes, withHead, withoutBody } from "./only-routes.ts";
import { problemOf, requestErrorOf } from "./problem.ts";
import type { HttpRequest, HttpResponse, Route } from "./route.ts";
import { securityHeaders } from "./security-headers.ts";

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

/** The API Gateway handler (HTTP API, payload 2.0) of these routes. `services` is called by the first request. */
export const httpApi = <S extends { log: Log }>(services: () => S, routes: readonly Route<S>[]) =>
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
              const request = httpRequestOf(event, route);
              const answer = await route.endpoint.handle(own, request);
              const response = route.tagged
                ? withTag(jsonResult(answer), event.headers["if-none-match"])
                : jsonResult(answer);
              const { statusCode: status = answer.status } = response;
              if (!route.open) logAnswer(own.log, { ...answer, status }, performance.now() - began);
              if (changesOne(route)) own.log.info("changed by request", { ...about(request, answer), status });
              return response;
            },
          })),
        ),
      ),
    );

/** An answer that takes longer is logged, and counts towards the alarm on a slow API. */
const slowMs = 3000;

/**
 * API Gateway's access log has a line for every request already, and a second one would double its cost. So only slow answers
 * are logged and measured, unless the caller asked to wait. Open routes, which monitors probe, log nothing.
 */
function logAnswer(log: Log, { status, about, waited }: HttpResponse, ms: number): void {
  const fields = { ...(about && jobFields(about)), status, answer_ms: Math.round(ms) };
  if (ms < slowMs || waited) log.debug("request answered", fields);
  else log.measure("request answered slowly", { values: { slow_answers: 1 } }, fields);
}

/** Whether a route changes one thing, which its path names. The access log has routes and no paths, so these are logged here. */
const changesOne = ({ method, path }: Pick<Route<unknown>, "method" | "path">): boolean =>
  method !== "GET" && path.includes("{");

const about = ({ caller, params }: HttpRequest, answer: HttpResponse) => ({
  caller,
  ...(answer.about ? jobFields(answer.about) : { of: Object.values(params).join("/") }),
});

/** The access log of API Gateway has the same `request_id`, with the id of the key and the time that the request took. */
const requestFields = (event: Event, context: Context) => ({
  request_id: event.requestContext?.requestId,
  ...invocationFields(context),
});

function httpRequestOf<S>(event: Event, { open, takesQuery }: Route<S>): HttpRequest {
  const scopes = open ? noScopes : authorizedScopes(event);
  const query = Object.fromEntries(Object.entries(event.queryStringParameters ?? {}).map(([k, v]) => [k, v ?? ""]));
  const unknown = open || takesQuery ? [] : Object.keys(query);
  if (unknown.length > 0) {
    const faults = unknown.map((name) => ({ pointer: jsonPointer(["query", name]), detail: "unknown parameter." }));
    throw new RequestError("INVALID_REQUEST", "The query is not valid.", { faults });
  }
  // Not decoded: ids and tags never need percent-encoding, and an IAM policy on the path would not match an encoded one.
  const params = Object.entries(event.pathParameters ?? {}).map(([name, value]) => [name, value ?? ""]);
  const { requestId: id } = event.requestContext;
  const { headers, body } = event;
  const key = { caller: callerOf(event), ...keyFields(authorizedOf(event).lambda ?? {}) };
  const trace = requestTrace(headers.traceparent, headers.tracestate);
  const kept = { request_id: id, ...madeBy(key), ...defined({ trace }) };
  return { id, body, params: Object.fromEntries(params), query, headers, scopes, ...key, kept };
}

/** What the authorizer says of a key. API Gateway makes strings of it. */
const keyFields = ({ key_name: name, rate, expires_at, person }: KeyContext) =>
  defined({
    name,
    rate: rate === undefined ? undefined : Number(rate),
    expires_at: expires_at === undefined ? undefined : Number(expires_at),
    person: person === undefined ? undefined : Person.safeParse(parsedJson(person)).data,
  });

/** What the authorizer passes on, each as a string. */
export interface KeyContext {
  scopes?: string;
  key_id?: string;
  key_name?: string;
  rate?: string;
  expires_at?: string;
  person?: string;
}

interface Authorized {
  lambda?: KeyContext;
  iam?: { callerId?: string };
}

const authorizedOf = (event: Event): Authorized =>
  (event.requestContext as { authorizer?: Authorized }).authorizer ?? {};

/** The id of an assumed role ends with the session's name, which is cut off: one role may open any number of sessions. */
function callerOf(event: Event): string {
  const { lambda, iam } = authorizedOf(event);
  return lambda?.key_id ?? iam?.callerId?.split(":")[0] ?? "anybody";
}

/**
 * API Gateway has authorized the caller. The authorizer passes on the scopes of a bearer key; an IAM caller has all of them. What
 * cannot be read was kept of another version's authorizer, and grants nothing.
 */
function authorizedScopes(event: Event): Scopes {
  const { lambda, iam } = authorizedOf(event);
  if (iam) return allScopes;
  const scopes = lambda?.scopes;
  if (scopes === undefined) throw new RequestError("UNAUTHENTICATED", "Send `Authorization: Bearer <API key>`.");
  return Scopes.safeParse(parsedJson(scopes)).data ?? noScopes;
}

const jsonResult = ({ status, headers, body }: HttpResponse, type = "application/json"): Result => ({
  statusCode: status,
  headers: {
    ...(body !== undefined && { "content-type": type }),
    ...securityHeaders,
    ...headers,
  },
  ...(body !== undefined && { body: withinAnswerLimit(JSON.stringify(body)) }),
});

/** An answer that is larger than Lambda can return. Every route limits its answer, so this is a bug. */
class AnswerTooLarge extends Error {
  override name = "AnswerTooLarge";
}

/** Without this check Lambda would drop the answer, and API Gateway would answer 500 with an empty problem. */
function withinAnswerLimit(body: string): string {
  if (body.length > largestAnswer / 6 && sentBytes(body) > largestAnswer) {
    throw new AnswerTooLarge(`the answer has more than ${largestAnswer} bytes, as Lambda counts them`);
  }
  return body;
}

/** Turns every error into RFC 9457 problem+json. An error that the request did not cause is logged, without its message. */
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
    request.response = jsonResult({ status: problem.status, headers, body: problem }, "application/problem+json");
  },
});
