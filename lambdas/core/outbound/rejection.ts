import * as z from "zod";
import type { Fault } from "../errors.ts";
import type { RequestError } from "../requests/request-error.ts";
import { Tag } from "../schema/tag.ts";

/** The services that bring requests to the intake. Of an async invocation that was given up `lambda` is the way too. */
export const requestSources = ["lambda", "sqs", "eventbridge", "sns", "s3"] as const;
export type RequestSource = (typeof requestSources)[number];

/** Faults that are told of one message. */
export const mostFaults = 20;
/** What a `job.rejected` event says of a message that asked for a job and is refused: never the input. */
export const JobRejectedDetail = z.object({
  code: z.string().describe("A stable code, as in the errors of the HTTP API."),
  message: z.string().describe("What is wrong, for people."),
  errors: z
    .array(z.object({ pointer: z.string(), detail: z.string() }))
    .max(mostFaults)
    .describe("Where the faults are in the request (RFC 6901) and what they are: the first ones."),
  source: z.enum(requestSources).describe("The service that brought it."),
  message_id: z
    .string()
    .describe("What that service calls it: the id of the SQS or SNS message, of the event, of the async invocation."),
  product_tag: Tag.optional(),
  env: Tag.optional(),
  event: Tag.optional(),
  job_id: z.string().optional().describe("The job that the idempotency key names, where another request has made it."),
});
export type JobRejectedDetail = z.infer<typeof JobRejectedDetail>;

/** A message that is refused for good: no other delivery of it would fare better. */
export interface Rejection {
  detail: JobRejectedDetail;
  /** The message as it came: kept among the dead letters, told to nobody else. */
  body: string;
}

export interface Refusable {
  source: RequestSource;
  message_id: string;
  /** What asked for a job, as far as it could be read. */
  request?: unknown;
  body: string;
}

const longestPointer = 200;
const longestDetail = 500;

export const rejectionOf = ({ body, request, ...message }: Refusable, error: RequestError): Rejection => ({
  body,
  detail: {
    code: error.code,
    message: error.message,
    errors: shortened(error.faults),
    ...message,
    ...tagsIn(request),
    ...(error.jobId !== undefined && { job_id: error.jobId }),
  },
});

/** Keys of an input, which pointers hold, may be of any length, and so many: an event has room for some. */
export const shortened = (faults: readonly Fault[]): Fault[] =>
  faults
    .slice(0, mostFaults)
    .map(({ pointer, detail }) => ({ pointer: cut(pointer, longestPointer), detail: cut(detail, longestDetail) }));

const cut = (text: string, longest: number) => (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`);

/** Whose request it is, where that much can be made out. */
function tagsIn(request: unknown): Pick<JobRejectedDetail, "product_tag" | "env" | "event"> {
  const { product_tag, env, event } = (request ?? {}) as Partial<Record<string, unknown>>;
  const tags = Object.entries({ product_tag, env, event }).filter(([, value]) => Tag.safeParse(value).success);
  return Object.fromEntries(tags);
}
