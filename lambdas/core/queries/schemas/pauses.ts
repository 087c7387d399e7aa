import * as z from "zod";
import { at } from "./at.ts";

export const PauseSchema = z
  .object({
    id: z.string().describe("Always the same for the same product, env, event, limit and key."),
    product_tag: z.string(),
    env: z.string().exactOptional().describe("Absent: every env of the product."),
    event: z.string().exactOptional().describe("Absent: every event."),
    limit: z.string().exactOptional().describe("Only what passes this limit of the product is held."),
    key: z.string().exactOptional().describe("Only this key of the limit. Absent: every key."),
    reason: z.string(),
    by: z.string().exactOptional().describe("The id of the API key that asked for it last."),
    state: z
      .enum(["active", "draining"])
      .describe(
        "`active`: nothing of it starts. `draining`: it has ended, and its jobs start one after the other, at the rate.",
      ),
    since: at("When it began."),
    until: at("When it ends, or ended, by itself.").exactOptional(),
    ended_at: at("When it ended.").exactOptional(),
    drain_per_second: z.int().describe("How many of the held jobs per second start once it has ended."),
    released: z.int().exactOptional().describe("How many of them were sent since it ended."),
  })
  .meta({ id: "Pause", description: "A pause of a product, an env, an event, or a limit or one of its keys." });

export const PauseListSchema = z.object({ pauses: z.array(PauseSchema) }).meta({ id: "PauseList" });

export const PauseReferenceSchema = z
  .object({
    pause: z.string().describe("The id of the pause."),
    reason: z.string().describe("Why it was paused."),
    since: at("When it was paused."),
    until: at("When it ends by itself. Absent if a request has to end it.").exactOptional(),
  })
  .meta({ id: "PauseReference", description: "The pause that a job waits for, or that would hold a request." });
