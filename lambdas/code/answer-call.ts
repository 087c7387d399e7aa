import { type Reference, referenceName } from "../core/catalog/references.ts";
import {
  type CallAnswer,
  type CallMessage,
  type CallOutcome,
  codeVersion,
  type FailedOutcome,
  largestCodeProgress,
  largestCodeResult,
} from "../core/job/code-messages.ts";
import { jsonLossIn } from "../core/kernel/json-losses.ts";
import { type CodeFunction, type FunctionContext, isCodeFunction } from "./define-function.ts";
import { type HiddenValues, hiddenValues } from "./hidden-values.ts";
import { issuesOf } from "./issues.ts";
import { type LastLines, lastLines } from "./last-lines.ts";
import { logOf } from "./log-of.ts";
import { steeringOf, thrownOf } from "./thrown.ts";

/** A function, as its entry in the catalog has it. */
export interface Offered {
  /** Loads its module. */
  load: () => Promise<object>;
  /** What the module exports it as. */
  export: string;
  /** Where the module is, for messages: `functions/price.ts`. */
  file: string;
  /** The references that it may read. */
  secrets?: readonly Reference[];
}

/** What the code of a product has around it. */
export interface CodeHost {
  functions: Readonly<Record<string, Offered>>;
  /** Whether functions may read any reference: nobody lists them where the code runs elsewhere. */
  readsAny?: boolean;
  /** The value of a reference. */
  resolve(reference: Reference): Promise<string>;
  /** Writes a line of the log. */
  write(line: string): void;
}

/**
 * Answers a message of the engine: runs the function that it names. Never throws, whatever the function does, as long as the process lives
 * and its event loop turns. `live` is told what the function reports while it runs.
 */
export async function answerCall(
  host: CodeHost,
  message: unknown,
  live?: (progress: unknown) => void,
): Promise<CallAnswer> {
  const call = message as CallMessage;
  if (call?.v !== codeVersion || call.kind !== "call" || typeof call.function !== "string")
    return callRefusal("PROTOCOL", `This code speaks version ${codeVersion} of the protocol, kind "call".`);
  const offered = Object.hasOwn(host.functions, call.function) ? host.functions[call.function] : undefined;
  if (!offered) return callRefusal("UNKNOWN_FUNCTION", `This code has no function ${call.function}.`);
  return runCall(host, call, offered, live);
}

const callRefusal = (code: "UNKNOWN_FUNCTION" | "PROTOCOL", message: string): CallAnswer => ({
  v: codeVersion,
  refuse: { code, message },
});

async function runCall(
  host: CodeHost,
  call: CallMessage,
  offered: Offered,
  live?: (progress: unknown) => void,
): Promise<CallAnswer> {
  const ended = new AbortController();
  const hidden = hiddenValues();
  const written = lastLines(hidden);
  let progress: { value?: unknown } = {};
  const ctx = functionContext(host, call, { offered, written, hidden, signal: ended.signal }, (value) => {
    // A function that has not ended in time goes on, but its attempt is over.
    if (ended.signal.aborted) return;
    progress = { value };
    live?.(value);
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<CallOutcome>((resolve) => {
    timer = setTimeout(() => {
      ended.abort(new DOMException("The attempt is out of time.", "TimeoutError"));
      resolve(outOfTime(call.function, call.deadline_ms));
    }, call.deadline_ms);
  });
  const outcome = withLog(await Promise.race([callOutcome(call, offered, { ctx, hidden }), late]), written);
  clearTimeout(timer);
  return { v: codeVersion, outcome, ...("value" in progress && { progress: progress.value }) };
}

/** What has failed says what it had written by then. */
function withLog(outcome: CallOutcome, written: LastLines): CallOutcome {
  if (outcome.is === "completed") return outcome;
  const log = written.all();
  return log ? { ...outcome, log } : outcome;
}

export const outOfTime = (name: string, deadlineMs: number): FailedOutcome =>
  failedBy("timeout", "TimeoutError", `${name} had not ended after ${deadlineMs} ms.`);

async function callOutcome(
  call: CallMessage,
  offered: Offered,
  { ctx, hidden }: { ctx: FunctionContext; hidden: HiddenValues },
): Promise<CallOutcome> {
  try {
    const { input, run } = await loadedFunction(offered);
    const checked = input === undefined ? { value: call.payload } : await input["~standard"].validate(call.payload);
    if (checked.issues)
      return failedBy("input", "InputError", `${call.function} refuses its payload: ${issuesOf(checked.issues)}`);
    return kept(call.function, await run(checked.value as never, ctx));
  } catch (error) {
    return { is: "failed", by: "threw", error: thrownOf(error, hidden.without), ...steeringOf(error) };
  }
}

/** A module that throws while it is loaded fails the jobs of its functions, and no others. */
async function loadedFunction({ load, file, export: name }: Offered): Promise<CodeFunction> {
  const found = ((await load()) as Record<string, unknown>)[name];
  if (isCodeFunction(found)) return found;
  const what = found === undefined ? `exports no ${name}` : `exports a ${name} that defineFunction has not made`;
  throw new CodeError(`${file} ${what}: export const ${name} = defineFunction({ ... })`);
}

/** A mistake that another attempt meets again. */
class CodeError extends Error {
  override readonly name = "CodeError";
  readonly retryable = false;
}

/** A function that returns nothing has the result null. */
function kept(name: string, returned: unknown): CallOutcome {
  const value = returned === undefined ? null : returned;
  const loss = jsonLossIn(value);
  if (loss) {
    const place = loss.pointer === "" ? "" : ` at ${loss.pointer}`;
    const message = `${name} returned ${loss.what}${place}, which JSON cannot keep: return ${loss.instead}.`;
    return failedBy("result", "ResultError", message);
  }
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes <= largestCodeResult) return { is: "completed", value: { v: value } };
  const message = `${name} returned ${bytes} bytes, of at most ${largestCodeResult}: put it into a file, and return where it is.`;
  return failedBy("result", "ResultError", message);
}

const failedBy = (by: FailedOutcome["by"], name: string, message: string): FailedOutcome => ({
  is: "failed",
  by,
  error: { name, message },
});

function functionContext(
  host: CodeHost,
  call: CallMessage,
  {
    offered: { secrets = [] },
    written,
    hidden,
    signal,
  }: { offered: Offered; written: LastLines; hidden: HiddenValues; signal: AbortSignal },
  report: (progress: unknown) => void,
): FunctionContext {
  const listed = new Set(secrets.map(referenceName));
  return {
    jobId: call.job_id,
    run: call.run,
    attempt: call.attempt,
    product: call.product,
    env: call.env,
    event: call.event,
    idempotencyKey: call.idempotency_key,
    signal,
    deadline: Date.now() + call.deadline_ms,
    lastProgress: call.progress,
    trace: { ...call.trace },
    log: logOf(host.write, { job_id: call.job_id, function: call.function, attempt: call.attempt }, written.add),
    secret: async (reference) => {
      const name = referenceName(reference);
      if (host.readsAny || listed.has(name)) {
        const value = await host.resolve(reference);
        hidden.add(value);
        return value;
      }
      throw new Error(`functions.${call.function} of the catalog does not list ${name}: add it to \`secrets\` there.`);
    },
    progress: (value) => {
      const loss = jsonLossIn(value);
      if (loss)
        throw new TypeError(`ctx.progress takes JSON: ${loss.what}${loss.pointer && ` at ${loss.pointer}`} is none.`);
      const json = JSON.stringify(value);
      if (Buffer.byteLength(json) > largestCodeProgress)
        throw new RangeError(`ctx.progress takes at most ${largestCodeProgress} bytes.`);
      // A copy, because the function may go on to change it.
      report(JSON.parse(json));
    },
  };
}
