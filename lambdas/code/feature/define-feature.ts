import { refuseOthers } from "../refuse-others.ts";
import type { OutputOf, StandardSchema } from "../standard-schema.ts";
import type { FeatureContext, Signals } from "./context.ts";

/** Which steps are undone when the run fails, is cancelled or asks for it. */
export type RollbackStrategy = "all" | "critical" | "to_checkpoint" | "none";

/** A feature as code: a handler that is replayed over what its run has seen. */
export interface CodeFeature<Input = never, Result = unknown> {
  readonly kind: "ductape-jobs.feature";
  readonly input: StandardSchema | undefined;
  readonly signals: Signals;
  readonly rollback: RollbackStrategy;
  readonly run: (ctx: FeatureContext<never>, input: Input) => Result;
}

interface Common<Of extends Signals> {
  /**
   * The signals that the handler waits for, with the schemas of their payloads.
   * @default - none
   */
  signals?: Of;
  /**
   * Which of the calls that have an `undo` are undone, when the run fails, is cancelled or calls `ctx.rollback`.
   * @default "all"
   */
  rollback?: RollbackStrategy;
}

const strategies: readonly unknown[] = ["all", "critical", "to_checkpoint", "none"] satisfies RollbackStrategy[];

/**
 * Defines a feature as code. The handler is run again from its start at each decision, over the log of what its calls of ctx have brought,
 * so everything that it does to the world goes through ctx.
 * @example
 * export const welcome = defineFeature({
 *   input: z.object({ email: z.string() }),
 *   async run(ctx, { email }) {
 *     await ctx.run("greet", { body: { email } });
 *     await ctx.sleep("3d");
 *     await ctx.run("ask_how_it_goes", { body: { email } });
 *     return { asked: true };
 *   },
 * });
 */
export function defineFeature<Schema extends StandardSchema, Result, Of extends Signals = Record<never, never>>(
  definition: Common<Of> & {
    /** Checks the input of a run, and makes of it what the handler takes: any Standard Schema. */
    input: Schema;
    run: (ctx: FeatureContext<Of>, input: OutputOf<Schema>) => Result;
  },
): CodeFeature<OutputOf<Schema>, Result>;
export function defineFeature<Result, Of extends Signals = Record<never, never>, Input = unknown>(
  definition: Common<Of> & { run: (ctx: FeatureContext<Of>, input: Input) => Result },
): CodeFeature<Input, Result>;
export function defineFeature(definition: {
  input?: StandardSchema;
  signals?: Signals;
  rollback?: RollbackStrategy;
  run: (ctx: FeatureContext<never>, input: never) => unknown;
}): CodeFeature {
  refuseOthers("defineFeature", definition, ["input", "signals", "rollback", "run"]);
  const { input, signals = {}, rollback = "all", run } = definition;
  if (typeof run !== "function")
    throw new TypeError("defineFeature needs `run`, a function: async run(ctx, input) { ... }");
  if (input !== undefined && !isSchema(input)) throw new TypeError(`defineFeature: \`input\` ${noSchema}`);
  for (const [name, schema] of Object.entries(signals))
    if (!isSchema(schema)) throw new TypeError(`defineFeature: \`signals.${name}\` ${noSchema}`);
  if (!strategies.includes(rollback))
    throw new TypeError(`defineFeature: \`rollback\` is one of ${strategies.join(", ")}.`);
  return { kind: "ductape-jobs.feature", input, signals, rollback, run };
}

const noSchema = "is no Standard Schema, such as one of Zod, Valibot or ArkType.";
const isSchema = (value: unknown): value is StandardSchema =>
  typeof (value as StandardSchema | undefined)?.["~standard"]?.validate === "function";

/** Whether a module's export is a feature that jobs can run. */
export const isCodeFeature = (value: unknown): value is CodeFeature =>
  typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "ductape-jobs.feature";
