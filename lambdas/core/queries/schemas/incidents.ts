import * as z from "zod";
import { incidentKinds, incidentStates } from "../../job/incident.ts";
import { at } from "./at.ts";
import { JobErrorCodeSchema, ProviderCodeSchema } from "./failure.ts";
import { AnswerSchema, WrittenSchema } from "./job.ts";

export const IncidentStateSchema = z
  .enum(incidentStates)
  .describe(
    "`open`: it goes on. `ignored`: a caller wants to hear nothing of it. `known`: it failed so before there was an alert. `resolved`: a caller has done something about it. `closed`: it has stopped.",
  );

const fields = {
  id: z.string().describe("Names it within its product and env."),
  product_tag: z.string(),
  env: z.string(),
  kind: z
    .enum(incidentKinds)
    .describe(
      "`cause`: attempts fail for one cause. `silence`: the runs of a schedule do not complete. `rate`: too many runs fail. `budget`: what jobs have used in a month comes near a budget, or is above it.",
    ),
  state: IncidentStateSchema,
  target: z
    .string()
    .exactOptional()
    .describe(
      "What fails, of a cause: the section and the name of the target, such as `apps/shop`. Absent for the one incident that counts what has no room for one.",
    ),
  code: JobErrorCodeSchema.exactOptional(),
  provider_code: ProviderCodeSchema.exactOptional(),
  schedule: z.string().exactOptional().describe("The schedule, of a silence."),
  planned_at: at("The planned time for which no run has completed, of a silence.").exactOptional(),
  alert: z.string().exactOptional().describe("The alert, of a silence, a rate or a budget."),
  rate: z
    .object({
      failed: z.int().describe("How many runs have failed."),
      ended: z.int().describe("How many have ended."),
      over: z.number().describe("The part that may fail."),
    })
    .exactOptional()
    .describe("What was counted within the window, of a rate."),
  budget: z
    .object({
      month: z.string().describe("The month of UTC, `YYYY-MM`."),
      usd: z.number().describe("What was used, in US dollars, by list prices and without free tiers: an estimate."),
      budget_usd: z.number().describe("What may be used."),
      until: at("The runs that ended before this are in it."),
      dearest: z
        .array(z.object({ event: z.string(), usd: z.number() }))
        .describe("The events that have used most of it, at most three."),
    })
    .exactOptional()
    .describe("What was used in the month, of a budget."),
  count: z
    .int()
    .describe(
      "How many attempts have failed, planned times were missed or steps of budgets were passed, since it was first seen.",
    ),
  failing: z.int().describe("How many of them since it was opened last; 0 once it has ended."),
  openings: z.int().describe("How often it was opened."),
  flaps: z
    .literal(true)
    .exactOptional()
    .describe(
      "It keeps coming back: when it was opened last, that was at least the fourth time within a day. Further openings of such a day are told from 100 failures on. Otherwise absent.",
    ),
  opened_at: at("When it was opened last.").exactOptional(),
  ended_at: at("When it was resolved or closed.").exactOptional(),
  first_at: at("When the first of them failed."),
  last_at: at("When the last of them failed."),
  event: z.string().exactOptional().describe("The event that failed last."),
  sample_job_id: z.string().exactOptional().describe("The job that failed last."),
  ignored: z
    .object({
      until: at("Until then.").exactOptional(),
      above_per_hour: z.int().exactOptional().describe("Until more than so many fail within an hour."),
    })
    .exactOptional()
    .describe("For how long it is ignored. Empty: until it is reopened."),
  by: z
    .string()
    .exactOptional()
    .describe("The name of the key, or who else, that has resolved, ignored or reopened it last."),
};

export const IncidentSchema = z
  .object({
    ...fields,
    log: WrittenSchema.exactOptional().describe(
      "In the answer of one incident: what the product's own code had written to its log when it failed last, for keys with `jobs:input`, if that was kept.",
    ),
    answer: AnswerSchema.exactOptional().describe(
      "In the answer of one incident: what the provider has answered to the job that failed last, for keys with `jobs:input`, if that was kept.",
    ),
  })
  .meta({ id: "Incident", description: "Something that goes wrong, and that receivers of alerts are told of." });

export const IncidentListSchema = z
  .object({
    incidents: z.array(IncidentSchema),
    examined: z
      .int()
      .exactOptional()
      .describe("How many incidents were looked at, where a product and env has more than are looked at."),
    next_cursor: z.string().exactOptional().describe("The cursor of the next page; absent on the last page."),
  })
  .meta({ id: "IncidentList" });
