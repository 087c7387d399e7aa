import * as z from "zod";
import { EventTag, Tag } from "../kernel/tag.ts";

/** The services that bring requests to the intake. `lambda` includes asynchronous invocations that Lambda gave up on. */
const requestSources = ["lambda", "sqs", "eventbridge", "sns", "s3"] as const;
export type RequestSource = (typeof requestSources)[number];

/** The most faults that are reported per message. */
export const mostFaults = 20;
/** What a `job.rejected` event says about a refused request for a job. It never contains the input. */
export const JobRejectedDetail = z.object({
  code: z.string().describe("A stable code, as in the errors of the HTTP API."),
  message: z.string().describe("What is wrong, for people."),
  errors: z
    .array(z.object({ pointer: z.string(), detail: z.string() }))
    .max(mostFaults)
    .describe(`The first ${mostFaults} faults: where each is in the request (RFC 6901) and what is wrong.`),
  source: z.enum(requestSources).describe("The service that brought the message."),
  message_id: z
    .string()
    .describe(
      "The id that this service gave it: of the SQS or SNS message, the event, or the asynchronous invocation.",
    ),
  product_tag: Tag.optional(),
  env: Tag.optional(),
  event: EventTag.optional(),
  job_id: z
    .string()
    .optional()
    .describe("The job that already has the idempotency key, if another request created one."),
});
export type JobRejectedDetail = z.infer<typeof JobRejectedDetail>;

/** A message that is refused permanently: delivering it again would change nothing. */
export interface Rejection {
  detail: JobRejectedDetail;
  /** The message as it arrived. Only its dead letter contains it. */
  body: string;
}
