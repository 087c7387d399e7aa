import { problemOf, problemStatuses } from "../../aws/http/problem.ts";
import { ProblemSchema, RefusalSchema } from "../../aws/http/problem-schema.ts";
import { RequestError, type RequestErrorCode } from "../../core/kernel/request-error.ts";
import type { Json, jsonSchemas } from "./json-schemas.ts";

/** The error codes of every route that needs a key, besides its own. */
const common: RequestErrorCode[] = [
  "INVALID_REQUEST",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "METHOD_NOT_ALLOWED",
  "RATE_LIMITED",
  "UNAVAILABLE",
];

const details: Partial<Record<RequestErrorCode, string>> = {
  INVALID_REQUEST: "The request is not valid: `errors` says what to change.",
  STATE_CONFLICT: "The job is completed: a finished job cannot be cancelled.",
  JOB_NOT_FOUND: "There is no job with this id. Finished jobs are deleted after the retention time.",
};

const faults: Partial<Record<RequestErrorCode, RequestError["faults"]>> = {
  INVALID_REQUEST: [{ pointer: "/event", detail: "is required" }],
};

/** The statuses that API Gateway may answer by itself, before the function is invoked. */
const gateway = new Map([
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [413, "Request Entity Too Large"],
  [429, "Too Many Requests"],
  [503, "Service Unavailable"],
]);

const retryAfter = {
  "Retry-After": { description: "Seconds to wait before the next try.", schema: { type: "integer" } },
};
const headers = new Map<number, Json>([
  [429, retryAfter],
  [503, retryAfter],
]);

const allow = (methods: string): Json => ({
  Allow: { description: "The methods that this path allows.", schema: { type: "string" }, example: methods },
});

const example = (code: RequestErrorCode, methods: string) =>
  problemOf(
    new RequestError(
      code,
      code === "METHOD_NOT_ALLOWED"
        ? `This path allows ${methods}.`
        : (details[code] ?? code.toLowerCase().replaceAll("_", " ")),
      {
        ...(faults[code] && { faults: faults[code] }),
        ...(code === "STATE_CONFLICT" && { jobStatus: "completed" as const }),
      },
    ),
    "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
  );

interface Failing {
  errors: readonly RequestErrorCode[];
  open: boolean | undefined;
  /** The methods of the path, as the Allow header lists them. */
  methods: string;
}

/** The error answers of a route by status, each with its possible codes. */
export function problemAnswers({ errors, open, methods }: Failing, schemas: ReturnType<typeof jsonSchemas>): Json {
  const codes = [...new Set([...errors, ...(open ? [] : common)])];
  const byStatus = Map.groupBy(codes, (code) => problemStatuses[code]);
  const answers = [...byStatus].sort(([a], [b]) => a - b);
  return {
    ...Object.fromEntries(answers.map(([status, some]) => [status, problemDocOf(status, some, methods, schemas)])),
    500: {
      description: "INTERNAL: the API failed. The problem has the `request_id` to look for in its logs.",
      content: { "application/problem+json": { schema: schemas.of(ProblemSchema, "output") } },
    },
  };
}

function problemDocOf(
  status: number,
  codes: RequestErrorCode[],
  methods: string,
  schemas: ReturnType<typeof jsonSchemas>,
): Json {
  const message = gateway.get(status);
  const schema = schemas.of(message === undefined ? ProblemSchema : RefusalSchema, "output");
  const sent = status === 405 ? allow(methods) : headers.get(status);
  return {
    description: codes.join(", "),
    ...(sent && { headers: sent }),
    content: {
      "application/problem+json": {
        schema,
        examples: Object.fromEntries(codes.map((code) => [code, { value: example(code, methods) }])),
      },
      ...(message !== undefined && { "application/json": { schema, example: { message } } }),
    },
  };
}
