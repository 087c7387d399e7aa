import { problemOf, problemStatuses } from "../../aws/problem.ts";
import { RequestError, type RequestErrorCode } from "../../core/errors.ts";
import { GatewayMessageSchema, ProblemSchema } from "../schemas/problem.ts";
import type { Json, jsonSchemas } from "./json-schemas.ts";

/** What every route that needs a key may answer besides its own errors. */
const common: RequestErrorCode[] = [
  "INVALID_REQUEST",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "METHOD_NOT_ALLOWED",
  "RATE_LIMITED",
  "UNAVAILABLE",
];

const details: Partial<Record<RequestErrorCode, string>> = {
  INVALID_REQUEST: "The request is not valid; `errors` says what to change.",
  STATE_CONFLICT: "The job is completed: a finished job cannot be cancelled.",
  METHOD_NOT_ALLOWED: "This path takes GET, HEAD.",
  JOB_NOT_FOUND: "There is no job with this id; finished jobs are kept for a time.",
};

const faults: Partial<Record<RequestErrorCode, RequestError["faults"]>> = {
  INVALID_REQUEST: [{ pointer: "/event", detail: "is required" }],
};

/** The statuses at which API Gateway answers before any of us is asked. */
const gateway = new Map([
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [413, "Request Entity Too Large"],
  [429, "Too Many Requests"],
  [503, "Service Unavailable"],
]);

const retryAfter = { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer" } } };
const headers = new Map<number, Json>([
  [405, { Allow: { description: "The methods that the path takes.", schema: { type: "string" } } }],
  [429, retryAfter],
  [503, retryAfter],
]);

const example = (code: RequestErrorCode) =>
  problemOf(
    new RequestError(code, details[code] ?? code.toLowerCase().replaceAll("_", " "), {
      ...(faults[code] && { faults: faults[code] }),
      ...(code === "STATE_CONFLICT" && { jobStatus: "completed" as const }),
    }),
    "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
  );

/** The error answers of a route by their status: each with the codes that it may have. */
export function problemAnswers(
  errors: readonly RequestErrorCode[],
  open: boolean | undefined,
  schemas: ReturnType<typeof jsonSchemas>,
): Json {
  const codes = [...new Set([...errors, ...(open ? [] : common)])];
  const byStatus = Map.groupBy(codes, (code) => problemStatuses[code]);
  const answers = [...byStatus].sort(([a], [b]) => a - b);
  return {
    ...Object.fromEntries(answers.map(([status, some]) => [status, answerOf(status, some, schemas)])),
    500: {
      description: "INTERNAL: something went wrong on our side.",
      content: { "application/problem+json": { schema: schemas.of(ProblemSchema(), "output") } },
    },
  };
}

function answerOf(status: number, codes: RequestErrorCode[], schemas: ReturnType<typeof jsonSchemas>): Json {
  const message = gateway.get(status);
  return {
    description: codes.join(", "),
    ...(headers.has(status) && { headers: headers.get(status) }),
    content: {
      "application/problem+json": {
        schema: schemas.of(ProblemSchema(), "output"),
        examples: Object.fromEntries(codes.map((code) => [code, { value: example(code) }])),
      },
      ...(message !== undefined && {
        "application/json": {
          schema: schemas.of(GatewayMessageSchema(), "output"),
          example: { message },
        },
      }),
    },
  };
}
