import * as z from "zod";
import { hookOutcomes } from "../../job/hook-delivery.ts";
import { at } from "./at.ts";
import { deliveryPageFields } from "./searched.ts";

const shown =
  "In the answer of one delivery, for keys with `jobs:input`; absent if the event of the hook hides parts of inputs (`redact`).";

export const HookDeliverySchema = z
  .object({
    id: z
      .string()
      .meta({ examples: ["dlv_01b8c3f1a2005f0e4d1c2b3a49586776"] })
      .describe("Ids sort by time."),
    at: at("When it came."),
    product_tag: z.string(),
    env: z.string(),
    hook: z.string().describe("The name of the hook in the catalog, which may have lost it since."),
    outcome: z
      .enum(hookOutcomes)
      .describe(
        "`accepted`: it became a job or a signal. `duplicate`: it had become a job before. `ignored`: a condition of the hook did not hold. `refused`: `code` and `errors` say why. `failed`: for a passing reason, or a fault of the deployment; most providers try again.",
      ),
    delivery_id: z
      .string()
      .exactOptional()
      .describe("What the provider knows it by, at most 200 characters. Absent where that cannot be told."),
    event: z.string().exactOptional().describe("The event of its job."),
    job_id: z.string().exactOptional().describe("The job that it became."),
    signal_id: z.string().exactOptional().describe("The id of the signal that it became."),
    code: z.string().exactOptional().describe("Why it was refused, or failed."),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .exactOptional()
      .describe(
        "What was wrong, each with a JSON pointer into the delivery (`/body/...`) or the hook. They have no values.",
      ),
    body_bytes: z.int().describe("The size of the body."),
    replayable: z
      .boolean()
      .describe("Whether the body is kept: not one of more than 256 KB, and none of a hook with `keep_body: false`."),
    headers: z
      .record(z.string(), z.string())
      .exactOptional()
      .describe(`The headers, without signatures and credentials. ${shown}`),
    body: z.string().exactOptional().describe(`The body as it was sent. ${shown}`),
    body_encoding: z.literal("base64").exactOptional().describe("The body is no text, and shown in base64."),
  })
  .meta({ id: "HookDelivery", description: "What a provider has delivered to a hook, and what came of it." });

export const HookDeliveryListSchema = z
  .object({
    deliveries: z.array(HookDeliverySchema).describe("The latest first."),
    ...deliveryPageFields,
  })
  .meta({ id: "HookDeliveryList" });

export const ReplaySchema = z
  .object({
    delivery: z.string().describe("The id of the delivery that was made again."),
    outcome: z
      .enum(["accepted", "duplicate", "ignored"])
      .describe("As that of a delivery. `duplicate`: this replay had made its job before."),
    job_id: z.string().exactOptional().describe("The job that it became."),
    signal_id: z.string().exactOptional().describe("The id of the signal that it became."),
  })
  .meta({ id: "Replay", description: "What has come of a delivery that was made again." });
