import * as z from "zod";
import { at } from "./at.ts";
import { IncidentSchema } from "./incidents.ts";
import { PauseSchema } from "./pauses.ts";

export const TenantStateSchema = z
  .object({
    product_tag: z.string(),
    env: z.string(),
    late: z
      .int()
      .describe(
        "How many jobs should have started or gone on more than a minute ago, and no limit and no pause of a job keeps them.",
      ),
    limited: z.int().describe("The same of jobs that have limits. Most of them stand in a line."),
    held: z.int().describe("The same of jobs that a pause of a part of the product holds."),
    at_least: z
      .boolean()
      .describe("Whether there are more than were counted: of each of the 16 shards, the first 100 are."),
    oldest_due_at: at("When the first of the late ones should have started or gone on.").exactOptional(),
  })
  .meta({ id: "HomeTenant", description: "A product in an env that is not quiet." });

export const HomeSchema = z
  .object({
    at: at(
      "When the reconciler last looked, which it does each minute. Absent: it has not done so yet.",
    ).exactOptional(),
    is_complete: z
      .boolean()
      .describe("Whether it had time for all products and envs. If not, what is said of some is a few minutes old."),
    tenants: z
      .array(TenantStateSchema)
      .describe("Those with late jobs come first, the latest of all before the others."),
    more_tenants: z.int().describe("How many are not quiet beside those."),
    incidents: z
      .object({
        open: z
          .int()
          .describe("How many incidents are open, by what the reconciler noted in its last round, at most 10,000."),
        first: z.array(IncidentSchema).describe("Those that were opened last."),
      })
      .describe("What the receivers of alerts are told of."),
    pauses: z
      .array(PauseSchema)
      .describe("The pauses that hold jobs, and those whose jobs are still starting, the latest first."),
  })
  .meta({ id: "Home", description: "What needs somebody's attention, in all products and envs." });
