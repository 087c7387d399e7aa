import type { RollbackStrategy } from "../feature/define-feature.ts";
import { msOf } from "../feature/ms-of.ts";
import { isRollback, StepError } from "../feature/step-errors.ts";
import { type Base, mayFail, places, retrying, withinTimeout } from "./attempts.ts";
import { ductapeCalls } from "./calls.ts";
import type { ChildOptions, DuctapeContext, DuctapeStepOptions, Untyped } from "./context.ts";
import { withRefusals } from "./not-here.ts";
import { ductapeValue, Placeholder, seen } from "./sent-value.ts";
import { transform } from "./transform.ts";

export interface Query {
  handler: (ctx: DuctapeContext) => unknown;
}

export interface Defined {
  strategy: RollbackStrategy;
  signals: readonly string[];
  queries: Readonly<Record<string, Query>>;
}

/** A step that may take longer is a job, and cannot call ctx. */
const longestWithinMs = 20_000;

/** Ductape's context over ours. `end` ends the handler, whatever it waits for. */
export function makeContext(
  base: Base,
  input: unknown,
  defined: Defined,
  end: (error: unknown) => void,
): DuctapeContext {
  const state: Record<string, unknown> = {};
  const steps: Record<string, unknown> = {};
  const completed: string[] = [];
  const underWay: string[] = [];
  const done: { key: string; undo: () => unknown }[] = [];
  let checkpoint: { name: string; data: unknown } | undefined;

  /** What queries would say is a part of the run's state, since a run is not asked while it waits. */
  const answerQueries = () => {
    const answers = Object.entries(defined.queries).map(([name, { handler }]) => {
      try {
        return [name, ductapeValue(handler(context)) ?? null];
      } catch (error) {
        return [name, { error: (error as Error).message }];
      }
    });
    if (answers.length > 0) base.setState("queries", Object.fromEntries(answers));
  };

  async function step<Result>(
    tag: string,
    fn: () => Promise<Result> | Result,
    rollback: ((result: Result) => unknown) | null = null,
    options: DuctapeStepOptions = {},
  ): Promise<Result> {
    checkOptions(tag, options, stepOptions);
    if (typeof fn !== "function") throw new TypeError(`ctx.step(${JSON.stringify(tag)}, fn) needs a function.`);
    const { allow_fail = false, retries = 0, retry_delay, retry_interval: delay = retry_delay } = options;
    const { timeout, critical = false, retry_backoff: backoff } = options;
    const name = stepKeyOf(tag);
    const placed = <Value>(path: string, go: () => Value) =>
      places.run({ path, isRepeated: retries > 0, counts: new Map() }, go);
    const undo = rollback === null ? null : (result: Result) => placed(`undo:${name}`, () => rollback(result));
    const own = () => placed(name, async () => steering(fn));
    const begin = (key: string, ms?: number): Promise<Result> => {
      return base.step(key, own, { undo, critical, ...(ms !== undefined && { timeout: ms }) });
    };
    const attempt = async (key: string): Promise<Result> => {
      const ms = timeout === undefined ? undefined : msOf(`ctx.step ${tag}`, timeout);
      if (ms === undefined) return begin(key);
      if (ms <= longestWithinMs || callsContext(fn))
        return withinTimeout(base, key, ms, () => begin(key, Math.min(ms, longestWithinMs)), `${key}:timeout`);
      try {
        return await begin(key, ms);
      } catch (error) {
        // Its first call of ctx, by a function of another place, has shown that it is no work by itself.
        if (!isOutside(error)) throw error;
        return withinTimeout(base, key, ms, () => begin(`${key}:calls`), `${key}:timeout`);
      }
    };
    underWay.push(tag);
    try {
      const result = await retrying(base, `ctx.step ${tag}`, { retries, delay, backoff, key: name }, (retry) =>
        attempt(retry === 0 ? name : `${name}:retry-${retry}`),
      );
      steps[tag] = result;
      completed.push(tag);
      if (undo) done.push({ key: name, undo: () => undo(result) });
      return result;
    } catch (error) {
      if (isRollback(error)) return rolledBack(error);
      if (!allow_fail || !mayFail(error)) throw error;
      return null as Result;
    } finally {
      underWay.splice(underWay.lastIndexOf(tag), 1);
      answerQueries();
    }
  }

  async function child(
    childId: string,
    tag: string,
    given: unknown = {},
    options: ChildOptions = {},
  ): Promise<Untyped> {
    checkOptions(tag, options, childOptions, "ctx.feature");
    const { parent_close_policy: policy = "terminate", timeout, retries } = options;
    if (!["terminate", "abandon", "request_cancel"].includes(policy))
      throw new TypeError("ctx.feature: `parent_close_policy` is terminate, abandon or request_cancel.");
    const key = stepKeyOf(childId);
    const onParentEnd = policy === "abandon" ? "abandon" : "cancel";
    return retrying(base, `ctx.feature ${tag}`, { retries, key }, (retry) => {
      const step = retry === 0 ? key : `${key}:retry-${retry}`;
      return withinTimeout(
        base,
        step,
        timeout,
        () => base.feature<Untyped>(tag, ductapeValue(given), { step, onParentEnd }),
        `${step}:timeout`,
      );
    });
  }

  async function triggerRollback(reason: string): Promise<never> {
    // Asked for, it is done whatever happens by itself.
    if (defined.strategy === "none")
      for (const { key, undo } of done.splice(0).reverse()) await base.step(`undo:${key}`, undo).catch(passOver);
    try {
      base.rollback(reason);
    } catch (error) {
      return rolledBack(error);
    }
  }

  /**
   * Ends the handler, whatever it would catch. A step fails first, and its entry in the log says why: by that, each replay ends at the same
   * place.
   */
  function rolledBack(error: unknown): Promise<never> {
    if (places.getStore() !== undefined) return Promise.reject(error);
    end(error);
    return new Promise(() => {});
  }

  async function waitForSignal(signal: string | readonly string[], options: { timeout?: number | string } = {}) {
    checkOptions(String(signal), options, ["timeout"], "ctx.waitForSignal");
    const names = [signal].flat() as string[];
    for (const name of names)
      if (!defined.signals.includes(name))
        throw new TypeError(`The feature declares no signal ${name}: add it to \`signals\` of features.define.`);
    const received = (await base.waitForSignal(names as never[], options as never)) as Untyped;
    const { payload } = received;
    answerQueries();
    const isObject = typeof payload === "object" && payload !== null && !Array.isArray(payload);
    return { ...(isObject ? payload : { payload }), _signal: received.signal };
  }

  const context: DuctapeContext = withRefusals({
    ...ductapeCalls(base),
    ...{ input, sampleInput: input, step, waitForSignal, triggerRollback, feature: child, workflow: child },
    sleep: (duration) => base.sleep(duration),
    checkpoint: async (name, data = null) => {
      base.checkpoint(name, ductapeValue(data));
      checkpoint = { name, data };
      answerQueries();
    },
    when,
    branch: async (condition, { then, else: otherwise }) => (seen(condition) ? then() : otherwise?.()) as never,
    each: async (list, fn) => {
      const results: Untyped[] = [];
      for (const [index, item] of list.entries()) results.push(await fn(item, index));
      return results;
    },
    setState: (key, value) => {
      if (key === "queries" && Object.keys(defined.queries).length > 0)
        throw new TypeError("ctx.setState: `queries` is where the answers of the feature's queries are.");
      base.setState(key, ductapeValue(value));
      state[key] = value;
      answerQueries();
    },
    getState: (key) => base.getState(key),
    get state() {
      return { ...state };
    },
    get steps() {
      return { ...steps };
    },
    get completed_steps() {
      return [...completed];
    },
    get current_step() {
      return underWay.at(-1) ?? null;
    },
    get checkpoint_name() {
      return checkpoint?.name;
    },
    get checkpoint_data() {
      return checkpoint?.data;
    },
    variable: (app, key) => new Placeholder("Variable", app, key),
    constant: (app, key) => new Placeholder("Constant", app, key),
    default: (value, otherwise) => value ?? otherwise,
    ...{ transform, log: base.log, env: base.env, product: base.product },
    ...{ feature_id: base.jobId, workflow_id: base.jobId },
    ...{ feature_tag: base.featureTag, workflow_tag: base.featureTag },
    context: { run: base.runNumber, attempt: base.attempt },
  } as DuctapeContext);
  return context;
}

const stepOptions = [
  ...["allow_fail", "retries", "retry_delay", "retry_interval", "retry_backoff", "timeout", "critical"],
];
const childOptions = ["timeout", "retries", "parent_close_policy"];

function checkOptions(tag: string, options: object | null, known: readonly string[], call = "ctx.step"): void {
  const [other] = Object.keys(options ?? {}).filter((name) => !known.includes(name));
  if (other === undefined) return;
  const why =
    other === "idempotency_key"
      ? "the child of this id is begun once by the run, and features.execute takes one for what begins the run"
      : `there are ${known.join(", ")}`;
  throw new TypeError(`${call} ${tag}: \`${other}\` is not here: ${why}.`);
}

/** A tag as the key of a call: what keys do not have becomes a hyphen. */
function stepKeyOf(tag: unknown): string {
  if (typeof tag !== "string" || tag === "") throw new TypeError(`${JSON.stringify(tag)} is no tag of a step.`);
  return tag.replaceAll(/[/#]/g, "-").replace(/^\$/, "-").slice(0, 110);
}

const calling =
  /\.\s*(api|actions?|database|notification|storage|publish|messaging|functions)\s*\.\s*\w+\s*\(|\.\s*(step|sleep|waitForSignal|feature|workflow)\s*\(/;
/** Whether a step's function is seen to call ctx, so that it is a part of the handler. */
const callsContext = (fn: (...given: never[]) => unknown): boolean =>
  calling.test(Function.prototype.toString.call(fn));

const isOutside = (error: unknown): boolean =>
  error instanceof StepError && (error.error.name === "OutsideStepError" || error.code === "OUTSIDE_STEP");

/** Whether another attempt may help is what the call has said that has failed. */
async function steering<Result>(fn: () => Promise<Result> | Result): Promise<Result> {
  try {
    return await fn();
  } catch (error) {
    if (error instanceof StepError && error.error.retryable !== undefined)
      Object.assign(error, { retryable: error.error.retryable });
    throw error;
  }
}

const passOver = (): void => {};

const when: DuctapeContext["when"] = {
  eq: (one, other) => seen(one) === seen(other),
  ne: (one, other) => seen(one) !== seen(other),
  gt: (one, other) => one > other,
  gte: (one, other) => one >= other,
  lt: (one, other) => one < other,
  lte: (one, other) => one <= other,
  truthy: (value) => Boolean(seen(value)),
  falsy: (value) => !seen(value),
  and: (...conditions) => conditions.map(seen).every(Boolean),
  or: (...conditions) => conditions.map(seen).some(Boolean),
  not: (condition) => !seen(condition),
};
