import * as z from "zod";
import { hookPresets } from "../../catalog/hook-schema.ts";

export const HookSchema = z
  .object({
    product_tag: z.string(),
    env: z.string(),
    hook: z.string().describe("The name of the hook in the catalog."),
    description: z.string().exactOptional(),
    path: z.string().describe("Where the provider delivers, below the URL of the API."),
    preset: z.enum(hookPresets).describe("Whose way to sign is expected."),
    event: z.string().exactOptional().describe("The event of the jobs that it makes."),
    label: z.string().exactOptional().describe("The label of these jobs, to find them by."),
    signal: z.string().exactOptional().describe("The signal that it sends, if it makes no jobs."),
  })
  .meta({
    id: "Hook",
    description: "A hook of the catalog in one env: where a provider delivers, and what it becomes.",
  });

export const HookListSchema = z.object({ hooks: z.array(HookSchema) }).meta({ id: "HookList" });
