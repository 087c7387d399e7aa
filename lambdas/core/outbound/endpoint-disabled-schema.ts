import * as z from "zod";

const disabledTime = (description: string) => z.int().describe(`${description} Epoch milliseconds.`);

/** The detail of the event that is published when a webhook endpoint is disabled. */
export const EndpointDisabledSchema = z
  .object({
    product_tag: z.string(),
    env: z.string(),
    webhook: z.string().describe("The name of the endpoint in the catalog."),
    reason: z
      .enum(["gone", "failing"])
      .describe("`gone`: it answered 410. `failing`: no delivery has succeeded for a day."),
    failures: z.int().describe("The number of failed attempts since the last successful one."),
    failing_since: disabledTime("When the first of these attempts failed."),
    last_failure: z.string().describe("`HTTP_<status>`, `TIMEOUT`, `CONNECTION_ERROR` or `CONFIGURATION_ERROR`."),
    disabled_at: disabledTime("When the endpoint was disabled."),
  })
  .meta({ id: "EndpointDisabled" });
