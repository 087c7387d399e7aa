import * as z from "zod";
import { at } from "./at.ts";

export const RateSchema = z
  .object({
    limit: z.int().describe("How many attempts may start in a period."),
    period_ms: z.int().describe("The period, in milliseconds."),
    burst: z.int().describe("How many attempts may start at once after a while without any."),
  })
  .meta({
    id: "LimitRate",
    description: "`limit` starts per `period_ms` milliseconds, up to `burst` of them at once.",
  });

export const limitNumbers = {
  concurrency: z.int().exactOptional().describe("How many attempts with the same key may run at a time."),
  rate: RateSchema.exactOptional(),
};

const PinSchema = z
  .object({
    ...limitNumbers,
    until: at("When the numbers of the catalog hold again."),
    pinned_at: at("When they were pinned."),
    reason: z.string().exactOptional(),
  })
  .describe("The numbers that hold instead of the catalog's.");

export const EstimateSchema = z
  .object({
    as_of: at("When the line was counted: just now, or up to 90 seconds ago if it is long."),
    length: z.int().describe("How many jobs stood in it; of a long line at most 10,000 are counted."),
    ends_at: at(
      "When the last of them would start by the rate, if all of it is used and no more jobs come. Absent for a limit with slots only.",
    ).exactOptional(),
  })
  .meta({ id: "LineEstimate", description: "How long the line is, and when it ends: an estimate." });

/** What is known of one gate: a limit for one key. */
const gateFields = {
  key: z.string().describe("The key; empty for a limit without keys. A long or hidden key is a hash."),
  in_use: z.int().describe("How many slots are held."),
  waiting: z.int().describe("How many jobs stand in line for a slot or a start; at most 1,000 are counted."),
  more_waiting: z
    .boolean()
    .exactOptional()
    .describe("More than 1,000 jobs stand in line: `estimated` has their number, once the line was counted."),
  oldest_wait_since: at("Since when the first of them waits.").exactOptional(),
  next_start: at(
    "The next start that the rate gives out. Nothing is reserved: it goes to the first in line.",
  ).exactOptional(),
  follows_by: at(
    "By when the line follows the present rate at the latest: it was changed, and the line has not heard of it. Absent: it follows.",
  ).exactOptional(),
  estimated: EstimateSchema.exactOptional().describe(
    "How long the line is, and when it ends: for a rate at which jobs wait, and for a line of more than 1,000.",
  ),
};

export const LimitGateSchema = z.object(gateFields).meta({ id: "LimitGate", description: "One limit for one key." });

export const LimitSchema = z
  .object({
    product_tag: z.string(),
    env: z.string(),
    name: z.string().describe("The name of the limit in the catalog."),
    description: z.string().exactOptional(),
    key: z.string().exactOptional().describe("The expression that gives a job its key, as the catalog has it."),
    ...limitNumbers,
    pinned: PinSchema.exactOptional(),
    in_force_at: at(
      "From when every consumer follows the numbers above, while they are pinned and in the answer that unpins them: 5 seconds after the change. Jobs in line follow at once at the first 100 keys with a line, and at all others within a minute.",
    ).exactOptional(),
    events: z.array(z.string()).describe("The events that name the limit."),
    gates: z
      .array(LimitGateSchema)
      .describe(
        "The gates at which jobs wait, at most 50 of a limit, and the one of a limit without keys or of the key that was asked for.",
      ),
    more_gates: z.boolean().exactOptional().describe("Jobs wait at further gates."),
  })
  .meta({ id: "Limit", description: "A limit of the catalog in one env, with the numbers that hold now." });

export const LimitListSchema = z.object({ limits: z.array(LimitSchema) }).meta({ id: "LimitList" });

/** A gate of a request, in an explanation. */
export const ExplainedGateSchema = z
  .object({
    limit: z.string().describe("The name of the limit in the catalog."),
    ...limitNumbers,
    ...gateFields,
    would: z
      .enum(["start", "wait"])
      .describe(
        "What an attempt that is due now would do here. `wait`: no slot is free, its rate has a later start, or others stand in line.",
      ),
  })
  .meta({ id: "ExplainedGate", description: "A limit that an attempt passes, for the key of the request." });
