import * as z from "zod";
import { sentOutcomes } from "../../catalog/sent-delivery.ts";
import { at } from "./at.ts";
import { deliveryPageFields } from "./searched.ts";

const AttemptSchema = z.object({
  at: at("When it was made."),
  attempt: z.int().min(1).describe("Its number; those of a resend begin anew."),
  ms: z.int().describe("How many milliseconds the answer took."),
  status: z.int().exactOptional().describe("The status of the answer, if one came."),
  code: z
    .string()
    .exactOptional()
    .describe("Why it failed: `HTTP_<status>`, `TIMEOUT`, `CONNECTION_ERROR` or `CONFIGURATION_ERROR`."),
});

export const WebhookDeliverySchema = z
  .object({
    id: z
      .string()
      .meta({ examples: ["dlv_01b8c3f1a2005f0e4d1c2b3a49586776"] })
      .describe("Ids sort by the time of the event."),
    at: at("When the event happened."),
    product_tag: z.string(),
    env: z.string(),
    webhook: z.string().describe("The name of the webhook in the catalog, which may have lost it since."),
    webhook_id: z.string().describe("Names the event to its receiver: the same in each attempt."),
    type: z
      .string()
      .meta({ examples: ["job.completed"] })
      .describe("The type of the event."),
    job_id: z.string().exactOptional().describe("The job that it is about."),
    outcome: z
      .enum(sentOutcomes)
      .describe(
        "`delivered`; `retrying`: another attempt is made; `failed`: none is; `dropped`: the endpoint is disabled, and nothing was sent.",
      ),
    next_at: at("When the next attempt is due.").exactOptional(),
    attempts: z.array(AttemptSchema).describe("Those made so far, the first one first."),
    body: z.string().exactOptional().describe("In the answer of one delivery: the body as it is sent in each attempt."),
    answer: z
      .object({
        status: z.int(),
        body: z.string().describe("At most its first 4 KB, as text."),
        cut: z.boolean().exactOptional().describe("There was more of it, or it did not come in time."),
      })
      .exactOptional()
      .describe("In the answer of one delivery, for keys with `jobs:input`: the last answer of the receiver."),
  })
  .meta({ id: "WebhookDelivery", description: "An event that is told to a webhook endpoint, and what came of it." });

export const WebhookDeliveryListSchema = z
  .object({
    deliveries: z.array(WebhookDeliverySchema).describe("Those of the latest events first."),
    ...deliveryPageFields,
  })
  .meta({ id: "WebhookDeliveryList" });
