import * as z from "zod";
import { jobTypes } from "../../job/job.ts";

const eventFields = {
  tag: z.string(),
  type: z.enum(jobTypes),
  description: z.string().exactOptional(),
  retries: z.int().describe("The number of retries, unless a request sets another."),
  timeout_ms: z.int().describe("The timeout of an attempt in milliseconds, unless a request sets another."),
  target: z.string().describe("The name of the catalog entry that the event runs."),
  expressions: z.boolean().exactOptional().describe("Whether the expressions in an input are evaluated."),
  trends: z.boolean().exactOptional().describe("Whether its runs have statistics for themselves."),
};

const productFields = {
  tag: z.string(),
  name: z.string().exactOptional(),
  envs: z.array(z.string()).describe("The envs that the key has access to."),
};

export const ProductSummarySchema = z
  .object({ ...productFields, events: z.array(z.object(eventFields)) })
  .meta({ id: "ProductSummary" });

export const ProductListSchema = z.object({ products: z.array(ProductSummarySchema) }).meta({ id: "ProductList" });

const input = z.record(z.string(), z.unknown()).describe("The JSON Schema (2020-12) of a request's input.");
const names = z.array(z.string());
const references = names.describe(
  "The secrets and parameters that the target refers to in these envs, by name. Their values are never shown.",
);
const targets = z
  .array(z.object({ name: z.string(), weight: z.number().exactOptional() }))
  .exactOptional()
  .describe("The entries that the target stands for, if it is a fallback or a quota.");
const code = z
  .object({
    runs: z
      .record(z.string(), z.enum(["deployed", "serve", "portable"]))
      .describe(
        "Where it runs, by env: `deployed` with the catalog, behind a handler of `serve`, or as a portable function of Ductape.",
      ),
    module: z.string().exactOptional().describe("The module of what is deployed, by its path from the catalog."),
    export: z.string().exactOptional().describe("What the module exports it as."),
  })
  .exactOptional()
  .describe("Absent unless the event runs a function or a feature of the team's own.");
const event = z.object({ ...eventFields, input, references, targets, code });
const values = {
  variables: names.describe("The names of the variables in these envs."),
  constants: names.describe("The names of the constants."),
};
const schedule = z.object({
  name: z.string(),
  env: z.string(),
  event: z.string().describe("The tag of the event that it runs."),
  job_id: z.string().describe("The id of its job, which exists once a deployment has been followed."),
  description: z.string().exactOptional(),
  repeat: z.record(z.string(), z.unknown()).describe("Its series, as the catalog has it."),
});
const schedules = z.array(schedule).describe("The recurring jobs that the catalog asks for in these envs.");

export const ProductSchema = z
  .object({ ...productFields, ...values, schedules, events: z.array(event) })
  .meta({ id: "Product" });
