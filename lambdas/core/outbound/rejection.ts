import { productOf } from "../access/scopes.ts";
import { type JobRejectedDetail, mostFaults, type Rejection, type RequestSource } from "../job/job-rejected.ts";
import type { Fault } from "../kernel/errors.ts";
import type { RequestError } from "../kernel/request-error.ts";
import { EventTag } from "../kernel/tag.ts";

export interface Refusable {
  source: RequestSource;
  message_id: string;
  /** The request in the message, as far as it could be read. */
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

/** Faults that fit into an event. A pointer contains keys of the input, which may be many and of any length. */
export const shortened = (faults: readonly Fault[]): Fault[] =>
  faults.slice(0, mostFaults).map(({ pointer, detail }) => ({
    pointer: cutWithEllipsis(pointer, longestPointer),
    detail: cutWithEllipsis(detail, longestDetail),
  }));

const cutWithEllipsis = (text: string, longest: number) =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;

/** The valid ones among the request's tags. */
function tagsIn(request: unknown): Pick<JobRejectedDetail, "product_tag" | "env" | "event"> {
  const { env, event } = (request ?? {}) as Partial<Record<string, unknown>>;
  const tags = Object.entries({ product_tag: productOf(request), env, event });
  return Object.fromEntries(tags.filter(([, value]) => EventTag.safeParse(value).success));
}
