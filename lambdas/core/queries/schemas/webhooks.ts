import * as z from "zod";
import { jobEvents } from "../../job/job-event.ts";
import { at } from "./at.ts";

const codeSchema = (text: string) =>
  z.string().describe(`${text} \`HTTP_<status>\`, \`TIMEOUT\`, \`CONNECTION_ERROR\` or \`CONFIGURATION_ERROR\`.`);

const FailureSchema = z.object({
  at: at("When the attempt failed."),
  event: z.string().describe("The event that was to be delivered, such as `job.completed`."),
  job_id: z.string(),
  code: codeSchema("Why it failed."),
  attempt: z.int().min(1).describe("The number of the attempt at this delivery."),
});

export const WebhookSchema = z
  .object({
    product_tag: z.string(),
    env: z.string(),
    webhook: z.string().describe("The name of the webhook in the catalog."),
    events: z.array(z.enum(jobEvents)).describe("The events that it receives."),
    state: z
      .enum(["enabled", "failing", "disabled"])
      .describe("`failing`: the last attempt failed. `disabled`: it receives no events until it is enabled."),
    failures: z.int().exactOptional().describe("The number of failed attempts since the last successful one."),
    failing_since: at("When the first of these attempts failed.").exactOptional(),
    last_failure: codeSchema("Why the last one failed.").exactOptional(),
    disabled_at: at("When it was disabled.").exactOptional(),
    reason: z
      .enum(["gone", "failing"])
      .exactOptional()
      .describe("`gone`: it answered 410. `failing`: no delivery has succeeded for a day."),
    recent_failures: z
      .array(FailureSchema)
      .exactOptional()
      .describe("The last of these attempts, the latest first, at most 10."),
  })
  .meta({ id: "Webhook", description: "A webhook of the catalog in one env." });

export const WebhookListSchema = z.object({ webhooks: z.array(WebhookSchema) }).meta({ id: "WebhookList" });
