import type { Reference } from "../../core/catalog/references.ts";
import type { DecideWarning, LogEntry, LogError, Undone } from "../../core/job/decide-messages.ts";
import { durationMs } from "../../core/kernel/duration-ms.ts";
import { Decisions } from "../feature/answer-decide.ts";
import type { Duration } from "../feature/context.ts";
import type { CodeFeature } from "../feature/define-feature.ts";
import {
  After,
  type FakeDecision,
  type FakeEnd,
  FakeEngine,
  type FakeEvent,
  type FakeJob,
  type FakeSignal,
} from "./fake-engine.ts";
import { logTable } from "./log-table.ts";

export type { FakeDecision, FakeEvent, FakeJob, FakeSignal };

export interface TestFeatureOptions<Input> {
  /** The input of the run, as a request has it: the feature's schema checks it. */
  input?: Input;
  /** What the jobs of events return, by the names of the events. They throw what the job fails with. */
  events?: Readonly<Record<string, FakeEvent>>;
  /** The same for other features that it runs. */
  features?: Readonly<Record<string, FakeEvent>>;
  /** The messages that are sent to the run. */
  signals?: readonly FakeSignal[];
  /** What people decide, by the keys of the approvals. */
  approvals?: Readonly<Record<string, FakeDecision>>;
  /** Cancels the run so long after its start. */
  cancelAfter?: Duration;
  /**
   * When the run starts: a Date, epoch milliseconds or a text.
   * @default "2030-01-01T00:00:00Z"
   */
  now?: Date | number | string;
  /** What random values in the handler are made of. */
  seed?: string;
  /** The values of secrets that steps ask for. */
  secrets?: (reference: Reference) => string;
  /**
   * Before which decisions the process of the code dies, so that the handler is replayed from its start: `"often"`, before each of the first 20
   * and each 50th after them, finds handlers that are not deterministic.
   * @default "often"
   */
  coldStarts?: "often" | "never" | ((decision: number) => boolean);
  /** Takes what `ctx.log` writes, as lines of JSON. */
  output?: (line: string) => void;
  /** Looks at the run. What it throws gets the log of the run as a table. */
  expect?: (run: TestedFeature) => void | Promise<void>;
}

/** A run that has ended. */
export interface TestedFeature<Result = unknown> {
  /** How it has ended. `parked`: by a fault of the handler. `stuck`: it waits for what never comes. */
  status: FakeEnd["is"];
  /** What the handler has returned. Throws, with the log, if the run has not completed. */
  readonly result: Result;
  /** Why it has failed. Throws, with the log, if it has not. */
  readonly error: LogError;
  /** What the fault is of a run that is parked. */
  fault?: { code: string; message: string; k?: string; at?: string };
  /** What was undone. */
  undone?: Undone;
  /** Why the handler has rolled it back. */
  reason?: string;
  /** What it waits for if it is stuck. */
  waitsFor?: string[];
  state: Record<string, unknown>;
  /** What it has seen since it began, or began anew with `ctx.continueAs`. */
  log: LogEntry[];
  /** The jobs that it has run, in order. */
  jobs: FakeJob[];
  warnings: DecideWarning[];
  /** When it ended, epoch milliseconds. */
  now: number;
  /** How often it has begun anew. */
  continued: number;
  /** The log for people. */
  table(): string;
}

/** A result that comes so long after its job began: `find_charge: () => after("2h", { body: {} })`. */
export const after = (duration: Duration, result: unknown): After => new After(durationMs(duration), result);

const often = (decision: number): boolean => decision <= 20 || decision % 50 === 0;

/**
 * Runs a feature as code in memory and in virtual time: three days of sleep take no time. Events, signals and approvals are those of the test;
 * own code (`ctx.step`) runs really.
 * @example
 * const run = await testFeature(refund, {
 *   input: { order: "A-1" },
 *   events: { find_charge: () => ({ body: { amount: 250 } }) },
 *   signals: [{ signal: "approved", payload: { by: "ada" }, after: "1d" }],
 * });
 * assert.deepEqual(run.result, { refunded: true });
 */
export async function testFeature<Input, Result>(
  feature: CodeFeature<Input, Result>,
  options: TestFeatureOptions<unknown> = {},
): Promise<TestedFeature<Awaited<Result>>> {
  const { input, now = "2030-01-01T00:00:00Z", seed = "test", coldStarts = "often", output = () => {} } = options;
  const { events = {}, features = {}, signals = [], approvals = {}, cancelAfter } = options;
  const startedAt = new Date(now).getTime();
  const world = {
    ...{ events, features, approvals },
    signals: signals.map((one) => ({ ...one, at: startedAt + durationMs(one.after ?? 0) })),
    ...(cancelAfter !== undefined && { cancelAt: startedAt + durationMs(cancelAfter) }),
  };
  const host = {
    find: async () => ({ feature: feature as unknown as CodeFeature, definition: "def_test" }),
    resolve: async (_run: unknown, reference: Reference) => {
      if (options.secrets) return options.secrets(reference);
      throw new Error("testFeature was given no `secrets`, which gives the values of references.");
    },
    write: output,
  };
  const diesBefore = coldStarts === "often" ? often : coldStarts === "never" ? () => false : coldStarts;
  const jobs: FakeJob[] = [];
  let continued = 0;
  for (let given: unknown = input, time = startedAt; ; continued++) {
    const run = {
      ...{ id: "job_test", run: 1, attempt: 1 + continued, product: "test", env: "test", feature: "feature" },
      ...{ definition: "def_test", seed: `${seed}-${continued}`, started_at: time },
    };
    const engine = new FakeEngine(run, given, world, { code: () => new Decisions(host), diesBefore });
    const end = await engine.play();
    jobs.push(...engine.jobs);
    if (end.is === "continue") {
      given = end.input;
      time = engine.now;
      continue;
    }
    const tested = testedOf(end, engine, jobs, continued);
    await expecting(tested, options.expect);
    return tested as TestedFeature<Awaited<Result>>;
  }
}

function testedOf(end: FakeEnd, engine: FakeEngine, jobs: FakeJob[], continued: number): TestedFeature {
  const table = () => logTable(engine.log, engine.run.started_at);
  const refuse = (wanted: string): never => {
    throw new Error(`The run has not ${wanted}: it is ${endSentence(end)}\n${table()}`);
  };
  return {
    status: end.is,
    get result() {
      return end.is === "completed" ? end.value.v : refuse("completed");
    },
    get error() {
      return end.is === "failed" ? end.error : refuse("failed");
    },
    ...("fault" in end && { fault: end.fault }),
    ...("undone" in end && end.undone && { undone: end.undone }),
    ...("reason" in end && { reason: end.reason }),
    ...("waitsFor" in end && { waitsFor: end.waitsFor }),
    ...{ state: engine.state, log: engine.log, jobs, warnings: engine.warnings, now: engine.now, continued, table },
  };
}

function endSentence(end: FakeEnd): string {
  switch (end.is) {
    case "failed":
      return `failed, with ${end.error.code}: ${end.error.message}`;
    case "parked":
      return `parked, with ${end.fault.code}: ${end.fault.message}`;
    case "stuck":
      return `stuck: it waits for ${end.waitsFor.join(", ")}, which never comes.`;
    case "rolled_back":
      return `rolled back: ${end.reason}`;
    default:
      return `${end.is}.`;
  }
}

async function expecting(run: TestedFeature, expect: TestFeatureOptions<unknown>["expect"]): Promise<void> {
  try {
    await expect?.(run);
  } catch (error) {
    if (error instanceof Error) error.message += `\n\n${run.table()}`;
    throw error;
  }
}
