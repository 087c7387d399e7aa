import * as z from "zod";

const json = z.object({ v: z.unknown() });
const key = { k: z.string().min(1).max(1000), f: z.string().max(200) };
const input = z.unknown();
const onParentEnd = z.enum(["cancel", "abandon"]).optional();
const epoch = z.number().min(0).max(8.64e15);

const timeLimit = { until: epoch.optional(), timeout_ms: z.number().min(0).optional() };

const Command = z.discriminatedUnion("c", [
  z.object({ c: z.literal("run"), ...key, event: z.string(), input, on_parent_end: onParentEnd }),
  z.object({ c: z.literal("feature"), ...key, feature: z.string(), input, on_parent_end: onParentEnd }),
  z.object({ c: z.literal("sleep"), ...key, ...timeLimit, until: epoch }),
  z.object({
    c: z.literal("wait"),
    ...key,
    signals: z
      .array(z.object({ signal: z.string().min(1), key: z.string().min(1).optional() }))
      .min(1)
      .max(100),
    ...timeLimit,
  }),
  z.object({
    c: z.literal("approve"),
    ...key,
    title: z.string(),
    show: z.array(z.object({ label: z.string().optional(), value: z.string() })),
    choices: z.array(z.string()).min(1),
    ask: z.array(z.object({ event: z.string(), input })),
    ...timeLimit,
  }),
  z.object({ c: z.literal("step"), ...key, timeout_ms: z.number().min(1) }),
  z.object({ c: z.literal("close"), k: key.k }),
]);

const LogError = z.object({
  code: z.string(),
  message: z.string(),
  name: z.string().optional(),
  stack: z.string().optional(),
  retryable: z.boolean().optional(),
  step: z.string().optional(),
});

const undone = z.object({ steps: z.array(z.string()), failed: z.array(z.string()) }).optional();

const Outcome = z.discriminatedUnion("is", [
  z.object({ is: z.literal("waiting") }),
  z.object({ is: z.literal("completed"), value: json }),
  z.object({ is: z.literal("failed"), error: LogError, undone }),
  z.object({ is: z.literal("rolled_back"), reason: z.string(), undone }),
  z.object({ is: z.literal("cancelled"), undone }),
  z.object({ is: z.literal("continue"), input: json }),
]);

const Ran = z.object({
  ...key,
  c: z.literal("step"),
  e: z.enum(["done", "failed"]),
  value: json.optional(),
  error: LogError.optional(),
  before: z.literal(true).optional(),
});

const Warning = z.object({
  code: z.string(),
  message: z.string(),
  k: z.string().optional(),
  at: z.string().optional(),
});

/** What the code of a product answers to a decision. Fields that are not known are ignored, and kinds that are not known refuse it as a whole. */
export const ParsedAnswer = z.union([
  z.object({
    v: z.literal(1),
    seen: z.int().min(0),
    definition: z.string(),
    outcome: Outcome,
    in_vain: z.object({ at: z.int().min(0), step: z.string().optional() }).optional(),
    commands: z.array(Command).default([]),
    rest: z.boolean().default(false),
    ran: z.array(Ran).default([]),
    state: z.record(z.string(), z.unknown()).default({}),
    warnings: z.array(Warning).default([]),
  }),
  z.object({ v: z.literal(1), need: z.object({ from: z.literal(0) }) }),
  z.object({
    v: z.literal(1),
    refuse: z.object({ code: z.enum(["UNKNOWN_DEFINITION", "UNKNOWN_FEATURE", "PROTOCOL"]), message: z.string() }),
  }),
  z.object({
    v: z.literal(1),
    fault: z.object({
      code: z.enum(["NON_DETERMINISTIC", "OUTSIDE_STEP", "NO_PROGRESS", "TOO_MANY_STEPS", "DUPLICATE_KEY"]),
      message: z.string(),
      k: z.string().optional(),
      at: z.string().optional(),
      stack: z.string().optional(),
    }),
  }),
]);
export type ParsedAnswer = z.output<typeof ParsedAnswer>;
export type ParsedDecided = Extract<ParsedAnswer, { outcome: unknown }>;
export type ParsedCommand = ParsedDecided["commands"][number];
