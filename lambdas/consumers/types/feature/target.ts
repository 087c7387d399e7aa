import * as z from "zod";
import { type CodeTarget, codeFields, isCodeTarget } from "../../../core/catalog/code-target.ts";
import { Condition } from "../../../core/catalog/condition.ts";
import { perEnv } from "../../../core/catalog/per-env.ts";
import { serveTarget } from "../../../core/catalog/serve-target.ts";
import { longestWaitMs } from "../../../core/job/decide-messages.ts";
import { RetryConfig } from "../../../core/job/retry-config.ts";
import { duration } from "../../../core/kernel/duration.ts";
import { fieldsSchema } from "../../../core/kernel/fields.ts";
import { required as isRequired, milliseconds } from "../../../core/kernel/plain-faults.ts";
import { longestDelayMs, requestLimits } from "../../../core/kernel/request-limits.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { oneOf } from "../../../core/kernel/some-of.ts";
import { EventTag, Tag } from "../../../core/kernel/tag.ts";
import { Approve } from "./approve.ts";

/** The most steps of a sequence, and the most steps that one step may depend on. */
export const mostSteps = 50;

/** The shortest and the longest wait of a step, in milliseconds. */
export const waitLimits = { least: 1000, most: longestWaitMs, signals: 10 } as const;

const aWait = () => duration(waitLimits.least, waitLimits.most);

/** Which messages a wait takes. */
const Awaited = strict({
  /** A signal that the feature declares. */
  signal: Tag,
  /** A template of a text: messages with this key are meant. Default: only messages to the run itself, by its job id. */
  key: z.string().min(1).max(requestLimits.keyExpression).optional(),
});
export type Awaited = z.infer<typeof Awaited>;

/** A step that starts no job: it ends with a message, or with time. */
export const Wait = strict({
  ...Awaited.partial().shape,
  /** Several signals, of which the first message ends the wait. */
  any: z.array(Awaited).min(1).max(waitLimits.signals).optional(),
  /** How long it waits, from when the steps before it have ended. */
  for: aWait().optional(),
  /** A template of the time until which it waits, as `start_at` of a request. It is evaluated once, when the wait begins. */
  until: z.union([z.string().min(1), z.number()]).optional(),
  /** How long a wait for signals lasts at most. Default: 400 days. */
  timeout: aWait().optional(),
  /** What becomes of the step when its `timeout` is over. Default: `fail`. */
  otherwise: z.enum(["fail", "continue"]).optional(),
}).superRefine((wait, context) => {
  const fault = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
  const ways = (["signal", "any", "for", "until"] as const).filter((way) => wait[way] !== undefined);
  if (ways.length !== 1) fault([], "needs exactly one of `signal`, `any`, `for` and `until`");
  if (wait.key !== undefined && wait.signal === undefined)
    fault(["key"], "goes with `signal`; in `any`, each signal has a key");
  const isTimed = ways.some((way) => way === "for" || way === "until");
  for (const field of ["timeout", "otherwise"] as const)
    if (isTimed && wait[field] !== undefined) fault([field], "goes with signals only: time always comes");
});
export type Wait = z.infer<typeof Wait>;

/** What undoes a step that has completed, if its run fails or is cancelled afterwards: another job event of the product. */
export const Undo = strict({
  event: EventTag,
  app: Tag.optional(),
  /** The input of that job, in which `$Step` is the result of the step. With `each`, that of the item. */
  input: z.record(z.string(), z.unknown()).default({}),
  /** Of a step with `for_each`: its items are undone one by one, the last one first, those that have completed. Default: the step is undone once, as a whole. */
  each: z.boolean().optional(),
});
export type Undo = z.input<typeof Undo>;

/** How many items a step may have, and how many of them may be open at a time. */
export const itemLimits = { items: 10_000, concurrency: 1000, usualConcurrency: 50 } as const;

/** The name of an item that has none, and the name of its place in the list. */
export const itemNames = { usual: "item", index: "index" } as const;

/** A step that runs its event once for each item of a list. */
export const ForEach = strict({
  /** A list, or a template of one. It is evaluated once, when the step begins. */
  items: z.union([z.string().min(1), z.array(z.unknown()).max(itemLimits.items)]),
  /** What the step's input calls the item: `line` for `$Each{line}`. Default: `item`. `$Each{index}` is its place, from 0. */
  as: Tag.refine((name) => name !== itemNames.index, {
    message: "is the name of the item's place in the list",
  }).optional(),
  /** How many items may be open at a time. Default: 50. */
  concurrency: z.int().min(1).max(itemLimits.concurrency).optional(),
  /** The step fails if there are more items. Default: 10,000. */
  max: z.int().min(1).max(itemLimits.items).optional(),
});
export type ForEach = z.infer<typeof ForEach>;

/** The fields of a step that are those of its job. */
const jobFields = ["app", "retries", "retry_config", "timeout_ms", "delay", "on_parent_end", "for_each"] as const;

export const Step = strict({
  /** The job event of this product that the step runs, of any type including features. */
  event: EventTag.optional(),
  /** What the step waits for instead of running an event. */
  wait: Wait.optional(),
  /** Runs the event once for each item of a list. */
  for_each: ForEach.optional(),
  /** The decision of a person for which the step waits instead of running an event. */
  approve: Approve.optional(),
  /** The step's name within its sequence. Default: the event's tag. A wait and an approval need one. */
  step: EventTag.optional(),
  app: Tag.optional(),
  /** The job's input. Strings that are expressions are replaced by their values. With `for_each`, that of each item. */
  input: z.record(z.string(), z.unknown()).default({}),
  /**
   * Steps that must have ended before: `step` in the same sequence or `sequence.step`. Default: the step before it in
   * its sequence; an empty list starts it at once, in parallel with the others.
   */
  depends_on: z.array(z.string()).max(mostSteps).optional(),
  /** The step is skipped unless every condition holds. */
  if: z.union([Condition, z.array(Condition).min(1)]).optional(),
  /** Milliseconds between the end of the steps that it depends on and its start. */
  delay: milliseconds(0, longestDelayMs).optional(),
  /** The feature continues if this step fails. References to its result then lead nowhere. With `for_each`, items may fail. */
  allow_fail: z.boolean().optional(),
  retries: z.int().min(0).max(requestLimits.retries).optional(),
  retry_config: RetryConfig.optional(),
  timeout_ms: milliseconds(requestLimits.leastTimeoutMs).optional(),
  /** What undoes the step if the run ends without success. Default: nothing. */
  undo: Undo.optional(),
  /** What becomes of a step that is a feature itself when the run ends before it. Default: it is cancelled. */
  on_parent_end: z.enum(["cancel", "abandon"]).optional(),
}).superRefine((step, context) => {
  const fault = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
  if (step.undo?.each !== undefined && step.for_each === undefined)
    fault(["undo", "each"], "is of steps with `for_each`: this one has no items");
  const kind = step.approve === undefined ? "wait" : "approve";
  if (step[kind] === undefined) {
    if (step.event === undefined) fault(["event"], isRequired);
    return;
  }
  const other = step.event !== undefined ? "event" : kind === "approve" && step.wait !== undefined ? "wait" : undefined;
  if (other) fault([kind], `does not go with \`${other}\`: a step does one or the other`);
  else if (step.step === undefined) fault(["step"], isRequired);
  const none =
    kind === "wait" ? "is of jobs, and a wait has none" : "is of jobs: the input of those who ask is in `ask`";
  for (const field of jobFields) if (step[field] !== undefined) fault([field], none);
  if (step.undo !== undefined) fault(["undo"], "is of steps that do something: a wait leaves nothing to undo");
  if (Object.keys(step.input).length > 0) fault(["input"], none);
});
export type Step = z.infer<typeof Step>;

const featureFields = () =>
  strict({
    /** The fields of the input. Default: any object is accepted. */
    input: fieldsSchema.optional(),
    /** The signals that its runs may wait for, by name, each with the fields of its payload. Default: any payload. */
    signals: z.record(Tag, strict({ schema: fieldsSchema.optional() })).optional(),
    /** The steps of each sequence in their order. Sequences run in parallel unless `depends_on` says otherwise. */
    sequences: z.record(Tag, z.array(Step).min(1).max(mostSteps)).optional(),
    /** The feature's result, a template. Default: the results of the steps, by sequence and step, as long as they are small. */
    output: z.record(z.string(), z.unknown()).optional(),
    /** Where its code runs, by env, if it is not deployed with the catalog. */
    envs: perEnv(serveTarget()).optional(),
    ...codeFields(),
  });
type Fields = z.input<ReturnType<typeof featureFields>>;

/** A feature that the catalog declares. */
export type FeatureTarget = Omit<Fields, keyof ReturnType<typeof codeFields> | "sequences" | "envs"> & {
  sequences: NonNullable<Fields["sequences"]>;
};
/** A feature that is a function of the team's own. */
export interface CodeFeature extends CodeTarget, Pick<Fields, "input" | "signals"> {}
/** One whose code runs elsewhere. */
export interface ServedFeature extends Pick<Fields, "input" | "signals"> {
  envs: NonNullable<Fields["envs"]>;
}
export type AnyFeature = FeatureTarget | CodeFeature | ServedFeature;

/** Whether a feature is a handler of the team's own, wherever that runs. */
export const isHandled = (target: AnyFeature): target is CodeFeature | ServedFeature =>
  isCodeTarget(target) || "envs" in target;

/** One object and no union, whose faults would be those of neither form. */
export const featureTarget = () =>
  oneOf(featureFields(), ["sequences", "code", "envs"]).superRefine((target, context) => {
    const fault = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
    for (const field of ["export", "secrets"] as const)
      if (target.code === undefined && target[field] !== undefined) fault(field, "is for a feature in code only");
    if (target.sequences === undefined && target.output !== undefined)
      fault("output", "does not go with `code`: what the code returns is the result");
  }) as unknown as z.ZodType<AnyFeature, AnyFeature>;
