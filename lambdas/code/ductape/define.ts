import type { Duration, Signals } from "../feature/context.ts";
import { type CodeFeature, defineFeature, type RollbackStrategy } from "../feature/define-feature.ts";
import { msOf } from "../feature/ms-of.ts";
import type { StandardSchema } from "../standard-schema.ts";
import { withinTimeout } from "./attempts.ts";
import type { DuctapeContext, Untyped } from "./context.ts";
import { type Field, fieldSchema } from "./field-schema.ts";
import { type Defined, makeContext, type Query } from "./make-context.ts";

type Fields = Readonly<Record<string, Field>>;

/** A feature as Ductape's documentation writes it. */
export interface DuctapeFeatureDefinition<Input = Untyped, Output = Untyped> {
  /** Not needed: the catalog's file says whose feature it is. */
  product?: string;
  /** Not needed either, for the catalog's entry names it: kept beside the feature. */
  tag: string;
  name?: string;
  description?: string;
  /**
   * The envs in which it runs.
   * @default - all
   */
  envs?: readonly { readonly slug: string; readonly active?: boolean }[];
  options?: {
    /**
     * How long a run may take.
     * @default - as long as the event of the catalog says
     */
    timeout?: Duration;
    /** @default "reverse_all" */
    rollback_strategy?: keyof typeof strategies;
  };
  /** The fields of the input, or a Standard Schema. */
  input?: Fields | StandardSchema;
  /** The signals that it waits for, with the fields of their payloads or a Standard Schema. */
  signals?: Readonly<Record<string, { readonly input?: Fields } | StandardSchema>>;
  /** What the run shows of itself: the answers are in its `state`, under `queries`. */
  queries?: Readonly<Record<string, Query>>;
  /** Ductape records handlers with these. Here handlers run, with the input of the run. */
  recordInput?: unknown;
  recordScenarios?: unknown;
  branchOverrides?: unknown;
  controlFlowMode?: string;
  handler: (ctx: DuctapeContext<Input>) => Output | Promise<Output>;
}

/** A feature that the catalog, `serve` and `testFeature` take, with its names in Ductape. */
export interface DuctapeFeature<Input = Untyped, Output = Untyped> extends CodeFeature<Input, Promise<Output>> {
  readonly tag: string;
  readonly name?: string;
  readonly description?: string;
}

const strategies = {
  reverse_all: "all",
  critical_only: "critical",
  to_checkpoint: "to_checkpoint",
  none: "none",
} as const satisfies Record<string, RollbackStrategy>;

const fields: readonly string[] = [
  ...["product", "tag", "name", "description", "envs", "options", "input", "signals", "queries", "handler"],
  ...["recordInput", "recordScenarios", "branchOverrides", "controlFlowMode"],
];
const ofEvent = "is said by the event of the catalog's jobs that runs the feature";
const insteadOfOptions: Readonly<Record<string, string>> = {
  retries: ofEvent,
  retryConfig: ofEvent,
  schedule: ofEvent,
};

/**
 * Defines a feature in Ductape's spelling. It is a feature as code, whose handler is replayed and not recorded: `if`, loops and
 * `Date.now()` work.
 * @example
 * export const placeOrder = features.define({
 *   tag: "place-order",
 *   options: { rollback_strategy: "reverse_all" },
 *   handler: async (ctx) => {
 *     const charge = await ctx.step(
 *       "charge",
 *       () => ctx.api.run({ app: "stripe", event: "create-charge", input: { amount: ctx.input.amount } }),
 *       (result) => ctx.api.run({ app: "stripe", event: "refund", input: { charge: result.id } }),
 *     );
 *     return { charge: charge.id };
 *   },
 * });
 */
function define<Input = Untyped, Output = Untyped>(
  definition: DuctapeFeatureDefinition<Input, Output>,
): DuctapeFeature<Input, Output> {
  const { tag, name, description, options = {}, queries = {}, handler } = checked(definition);
  const where = `features.define ${tag}`;
  const { timeout, rollback_strategy = "reverse_all" } = options;
  const signals = declaredSignals(where, definition.signals ?? {});
  const schema = schemaOf(`${where}: input`, definition.input);
  const known: Defined = { strategy: strategies[rollback_strategy], signals: Object.keys(signals), queries };
  const feature = defineFeature({
    signals,
    rollback: known.strategy,
    ...(schema && { input: schema }),
    async run(base, input: unknown): Promise<Output> {
      requireEnv(where, definition, base.env);
      const handled = () =>
        new Promise<Output>((resolve, reject) => {
          const ctx = makeContext(base as never, input, known, reject);
          (async () => handler(ctx as DuctapeContext<Input>))().then(resolve, reject);
        });
      return withinTimeout(base as never, where, timeout, handled, "timeout");
    },
  } as Parameters<typeof defineFeature>[0]);
  return {
    ...feature,
    tag,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  } as unknown as DuctapeFeature<Input, Output>;
}

function checked<Of extends DuctapeFeatureDefinition>(definition: Of): Of {
  const { tag, handler, options = {}, queries = {} } = definition ?? {};
  if (typeof tag !== "string" || tag === "") throw new TypeError("features.define needs a `tag`.");
  const where = `features.define ${tag}`;
  if (typeof handler !== "function")
    throw new TypeError(`${where} needs \`handler\`, a function: handler: async (ctx) => { ... }`);
  for (const field of Object.keys(definition))
    if (!fields.includes(field))
      throw new TypeError(`${where}: \`${field}\` is not here. There are ${fields.join(", ")}.`);
  for (const option of Object.keys(options))
    if (!["timeout", "rollback_strategy"].includes(option))
      throw new TypeError(
        `${where}: \`options.${option}\` ${insteadOfOptions[option] ?? "is not here. There are timeout and rollback_strategy"}.`,
      );
  const { rollback_strategy: strategy, timeout } = options;
  if (strategy !== undefined && !Object.hasOwn(strategies, strategy))
    throw new TypeError(`${where}: \`options.rollback_strategy\` is one of ${Object.keys(strategies).join(", ")}.`);
  if (timeout !== undefined) msOf(`${where}: \`options.timeout\``, timeout);
  for (const [name, query] of Object.entries(queries))
    if (typeof query?.handler !== "function")
      throw new TypeError(`${where}: \`queries.${name}\` needs \`handler\`, a function of ctx.`);
  return definition;
}

const hasStandardSchema = (value: object): value is StandardSchema => "~standard" in value;

function schemaOf(place: string, given: Fields | StandardSchema | undefined): StandardSchema | undefined {
  if (given === undefined || hasStandardSchema(given)) return given as StandardSchema | undefined;
  return fieldSchema(place, given);
}

function declaredSignals(where: string, signals: NonNullable<DuctapeFeatureDefinition["signals"]>): Signals {
  return Object.fromEntries(
    Object.entries(signals).map(([name, given]) => {
      const place = `${where}: signals.${name}`;
      // A schema may be a function too.
      if (typeof given !== "function" && (typeof given !== "object" || given === null))
        throw new TypeError(`${place} is { input: { field: type } } or a Standard Schema.`);
      return [name, hasStandardSchema(given) ? given : fieldSchema(`${place}.input`, given.input ?? {})];
    }),
  );
}

function requireEnv(where: string, { envs }: DuctapeFeatureDefinition, env: string): void {
  if (envs === undefined || envs.length === 0 || envs.some(({ slug, active }) => slug === env && active !== false))
    return;
  throw Object.assign(new Error(`${where} does not run in env ${env}: its \`envs\` say so.`), {
    code: "VALIDATION_ERROR",
    retryable: false,
  });
}

/** Ductape's names for features as code: `features.define({...})`, `workflows.define({...})` in its older documentation. */
export const features = { define };
export const workflows = { define };
