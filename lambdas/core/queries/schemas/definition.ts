import * as z from "zod";
import { at } from "./at.ts";
import { GraphStepSchema } from "./progress.ts";

const templates = "Only for keys that may see inputs (`jobs:input`): its text may say more than results show.";
const fields = z.array(z.string());

const DefinedStepSchema = GraphStepSchema.extend({
  says: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .describe(`All that it says: its input, its conditions, its retries and so on. ${templates}`),
}).meta({ id: "DefinedStep", description: "A step of a definition." });

const StepDifferenceSchema = z
  .object({
    step: z.string().describe("The step, as `sequence.step`."),
    change: z.enum(["added", "removed", "changed"]),
    fields: fields.exactOptional().describe("The fields that differ, of a step that has changed."),
  })
  .meta({ id: "StepDifference", description: "A step of which two definitions say something else." });

export const DefinitionDifferenceSchema = z
  .object({
    steps: z
      .array(StepDifferenceSchema)
      .describe("The steps that the catalog has gained, lost or changed. A renamed step is both gained and lost."),
    event: fields.describe("The fields of the event that differ."),
    constants: fields.describe("The constants that differ, or that only one of the two has."),
    input: z.boolean().describe("Whether the fields of the feature's input differ."),
    output: z.boolean().describe("Whether the output differs."),
  })
  .meta({ id: "DefinitionDifference", description: "What the catalog says now and the definition does not." });

const DefinedEventSchema = z
  .object({
    product_tag: z.string(),
    event: z.string(),
    current: z.boolean().describe("Whether the catalog still says the same of the event."),
    difference: DefinitionDifferenceSchema.exactOptional().describe(
      "What the catalog says now. Absent if that is the same, or if the catalog has the event no longer.",
    ),
  })
  .meta({ id: "DefinedEvent", description: "An event by whose runs a definition is kept." });

export const DefinitionSchema = z
  .object({
    id: z.string(),
    feature: z.string().describe("The name of the feature in the catalog."),
    steps: z.array(DefinedStepSchema).describe("The steps, in their order."),
    output: z.record(z.string(), z.unknown()).exactOptional().describe(`The template of the result. ${templates}`),
    constants: z.array(z.string()).describe("The names of the constants that it was stored with."),
    events: z
      .array(DefinedEventSchema)
      .describe("The events by whose runs it is kept, of the products that the key has access to."),
  })
  .meta({ id: "Definition", description: "What a feature said when runs of it began, and what it says now." });

export const ListedDefinitionSchema = z
  .object({
    id: z.string(),
    product_tag: z.string(),
    event: z.string(),
    feature: z
      .string()
      .exactOptional()
      .describe("The name of the feature in the present catalog. Absent if that has the event no longer."),
    current: z.boolean().describe("Whether the catalog says the same now."),
    first_at: at("When the first run began by it. Absent if none has yet.").exactOptional(),
  })
  .meta({ id: "ListedDefinition", description: "A definition that an event has had." });

export const DefinitionListSchema = z
  .object({ definitions: z.array(ListedDefinitionSchema) })
  .meta({ id: "DefinitionList" });
