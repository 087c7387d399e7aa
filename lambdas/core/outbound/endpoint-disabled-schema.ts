import * as z from "zod";
import { lazy } from "../schema/lazy.ts";

const at = (text: string) => z.int().describe(`${text} Epoch milliseconds.`);

/** The details of the event that says that a webhook endpoint was disabled. */
export const EndpointDisabledSchema = lazy(() =>
  z
    .object({
      product_tag: z.string(),
      env: z.string(),
      webhook: z.string().describe("Its name in the catalog."),
      reason: z.enum(["gone", "failing"]).describe("It answered 410, or nothing has arrived there for a day."),
      failures: z.int().describe("Attempts that have failed since the last one that succeeded."),
      failing_since: at("When the first of them failed."),
      last_failure: z.string().describe("HTTP_<status>, TIMEOUT, CONNECTION_ERROR or CONFIGURATION_ERROR."),
      disabled_at: at("When it was disabled."),
    })
    .meta({ id: "EndpointDisabled" }),
);
