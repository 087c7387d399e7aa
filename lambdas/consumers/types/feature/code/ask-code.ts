import { hash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { CodeBundle, DecideQuestion } from "../../../../core/job/code-bundle.ts";
import { codeVersion } from "../../../../core/job/code-messages.ts";
import type { ParkedBy } from "../../../../core/job/code-progress.ts";
import { type DecideMessage, mostFeatureSteps, outerScopes } from "../../../../core/job/decide-messages.ts";
import { JobError } from "../../../../core/job/job-error.ts";
import type { KeptEntry } from "../../../../core/job/run-log.ts";
import { defined } from "../../../../core/kernel/defined.ts";
import { TransientError } from "../../../../core/kernel/errors.ts";
import { pagesOf } from "../../../../core/kernel/pages-of.ts";
import type { Execution } from "../../../../core/operations/execution.ts";
import type { CodeInvoker } from "../../../../core/ports/code-invoker.ts";
import { isBusy } from "../../../clients/code/is-busy.ts";
import { bundleKey, linkToCode, sentLog, sentValue } from "../../../clients/code/sent-values.ts";
import { OutOfTime, withTimeout } from "../../../engine/within-time.ts";
import { ParsedAnswer, type ParsedDecided } from "./decide-answer.ts";
import { type Open, type OpenRun, runLogNameOf } from "./open-run.ts";

/** What the run cannot go on with: it is parked, and tried again later. */
export class Unanswered extends Error {
  readonly by: Omit<ParkedBy, "since">;

  constructor(by: Omit<ParkedBy, "since">) {
    super(by.message);
    this.by = by;
  }
}

/** The most milliseconds that a decision may take, of which a part is the code's own steps. */
const longestDecisionMs = 25_000;
/** What is left of the attempt after it, to record what came of it. A short attempt leaves a quarter. */
const marginMs = 4000;

/** How many entries one message has, and how many bytes their values: Lambda takes 6 MB. */
const largestPage = { entries: 1000, bytes: 3_000_000 } as const;

/** How many milliseconds the code has for another answer. */
export const leftFor = ({ deadline, clock, job }: Pick<Execution, "deadline" | "clock" | "job">): number =>
  Math.min(longestDecisionMs, deadline - clock.now() - askMargin(job.timeout_ms));

/** How many milliseconds the code has for answers of which nothing is used yet. */
export const mostFor = (timeoutMs: number): number => timeoutMs - askMargin(timeoutMs);

const askMargin = (timeoutMs: number): number => Math.min(marginMs, timeoutMs / 4);

/** Asks the code what the run does next. Throws an Unanswered if it cannot say, and a TransientError if it cannot be asked now. */
export async function askCode(
  invoker: CodeInvoker,
  execution: Execution,
  run: OpenRun,
  feature: string,
): Promise<ParsedDecided> {
  const entries = run.fresh;
  const warm = await askFrom(invoker, execution, run, { feature, from: run.last - entries.length, entries });
  const answer =
    "need" in warm
      ? await askFrom(invoker, execution, run, {
          ...{ feature, from: 0 },
          entries: await wholeLog(run),
        })
      : warm;
  if ("need" in answer)
    throw new Unanswered({ code: "PROTOCOL", message: "The code asks for a log that it was given." });
  return answer;
}

/**
 * The log from its beginning. Where less is left of it than the decision has seen, the run was deleted while this consumer stood still: by
 * what is left, the handler would run its own code anew.
 */
async function wholeLog(run: OpenRun): Promise<KeptEntry[]> {
  const entries = await run.services.runLogs.read(runLogNameOf(run), 0);
  if ((entries.at(-1)?.n ?? 0) >= run.last) return entries;
  throw new TransientError("NO_LOG", "The log of the run is gone.");
}

interface Asked {
  feature: string;
  from: number;
  entries: readonly KeptEntry[];
}

/** A long log comes in several messages. */
async function askFrom(invoker: CodeInvoker, execution: Execution, run: OpenRun, { feature, from, entries }: Asked) {
  const { blobs } = run.services;
  const log = await sentLog(blobs, entries);
  const input = await sentValue(blobs, run.kept.input);
  let begin = from;
  // One without entries, if nothing has happened yet.
  const pages = log.length === 0 ? [[]] : pagesOf(log, largestPage);
  for (const [place, page] of pages.entries()) {
    const isLast = place === pages.length - 1;
    const message = {
      ...decideMessageOf(execution, run, feature),
      input,
      from: begin,
      log: page,
      ...(begin === 0 && { scopes: knownScopes(run), done: namedAsDone(run) }),
      ...(isLast ? { known: knownOf(run) } : { more: true }),
    };
    const answer = await decideAnswerOf(invoker, execution, run, message);
    if (isLast || "need" in answer) return answer;
    begin = answer.seen;
  }
  throw new Error("a log has at least one page");
}

/**
 * The steps that are known to call ctx, by what has begun within them. What has begun in this decision counts, though it is not recorded: its end
 * may be in the log of the next message already.
 */
const knownScopes = ({ scopes, kept }: OpenRun): string[] => [
  ...new Set([...scopes, ...Object.keys(kept.open).flatMap(outerScopes)]),
];

/** What need not be run again, as far as the message has room for it: the rest may be, by the same idempotency keys. */
const namedAsDone = ({ kept }: OpenRun): string[] =>
  pagesOf(Object.keys(kept.done_before ?? {}), { entries: mostFeatureSteps, bytes: 1_000_000 })[0] ?? [];

/** What is begun and will not be begun again. */
const knownOf = ({ kept }: OpenRun): string[] =>
  Object.entries(kept.open).flatMap(([key, open]) => (isBegun(open) ? [key] : []));

/** Whether a key needs nothing of its command any more. */
export const isBegun = ({ status, asking }: Open): boolean => status !== "not_started" && asking?.asks === undefined;

function decideMessageOf(
  execution: Execution,
  { job, kept }: OpenRun,
  feature: string,
): Omit<DecideMessage, "input" | "from" | "log"> {
  const { product, env, run, attempt, bundle = "" } = job;
  const { seed, started_at, decisions, part, seen } = kept;
  return {
    v: codeVersion,
    kind: "decide",
    decision: decisions + 1,
    deadline_ms: Math.max(1, Math.floor(leftFor(execution))),
    now: execution.clock.now(),
    shown: seen,
    run: {
      ...{ id: job.id, run, attempt, product, env, feature, definition: bundle, started_at },
      seed: part === 1 ? seed : `${seed} ${part}`,
    },
  };
}

type Answer = Extract<ParsedAnswer, { outcome: unknown } | { need: unknown }>;

/** An answer, for which the code that the run began with is given to a process that does not have it. */
async function decideAnswerOf(
  invoker: CodeInvoker,
  execution: Execution,
  run: OpenRun,
  message: DecideMessage,
): Promise<Answer> {
  const first = await parsedAnswer(invoker, execution, run, message);
  const { bundle } = run.job;
  const isUnknown = "refuse" in first && first.refuse.code === "UNKNOWN_DEFINITION" && bundle !== undefined;
  const answer = isUnknown
    ? await parsedAnswer(invoker, execution, run, {
        ...message,
        code: await linkToCode(run.services.blobs, bundle),
      })
    : first;
  if ("refuse" in answer) throw new Unanswered(answer.refuse);
  if ("fault" in answer) {
    const { code, message, k: step, at, stack } = answer.fault;
    throw new Unanswered({ code, message, ...defined({ step, at, stack }) });
  }
  return answer;
}

async function parsedAnswer(
  invoker: CodeInvoker,
  execution: Execution,
  run: OpenRun,
  message: DecideQuestion,
): Promise<ParsedAnswer> {
  const given = await call(invoker, execution, run, message);
  const answer = ParsedAnswer.safeParse(given);
  if (answer.success) return answer.data;
  const text = "The code answered with something that this version of the engine does not know: update the deployment.";
  throw new Unanswered({ code: "PROTOCOL", message: text });
}

/**
 * A crash of the code is no failure of the run, which is tried again. Nor is it one of the consumer: the answer is awaited no longer than leaves
 * time to record that none came.
 */
async function call(
  invoker: CodeInvoker,
  execution: Execution,
  run: OpenRun,
  message: DecideQuestion,
): Promise<unknown> {
  const { clock, deadline, signal } = execution;
  const { room } = run.loading;
  const graceMs = askMargin(run.job.timeout_ms) / 2;
  const waitMs = Math.min(message.deadline_ms, deadline - clock.now() - 2 * graceMs) + graceMs;
  try {
    return await withTimeout(clock, Math.max(1, waitMs), (late) =>
      invoker.call(run.job.product, message, { room, signal: AbortSignal.any([signal, late]) }),
    );
  } catch (error) {
    if (!(error instanceof JobError) || signal.aborted) throw error;
    if (error instanceof OutOfTime)
      throw new Unanswered({ code: "CRASHED", message: `The code had not answered after ${Math.round(waitMs)} ms.` });
    if (isBusy(error)) throw new TransientError(error.code, error.message, { cause: error });
    throw new Unanswered({ code: "CRASHED", message: error.message });
  }
}

/** Since when this process knows of code that it is kept. */
const known = new Map<string, number>();
/** For how long, in milliseconds: code that was not needed for months is deleted, or by hand, and a run that begins by it puts it back. */
const knownMs = 3_600_000;

/**
 * Keeps the code of a run, before the run does anything by it: another deployment goes on with the run by the same. The code that is
 * deployed gives itself.
 */
export async function keepCode(
  invoker: CodeInvoker,
  execution: Execution,
  run: OpenRun,
  feature: string,
  sha256: string,
): Promise<void> {
  const now = execution.clock.now();
  if ((known.get(sha256) ?? Number.NEGATIVE_INFINITY) > now - knownMs) return;
  const message = {
    v: codeVersion,
    kind: "bundle",
    feature,
    definition: sha256,
    job_id: run.job.id,
    deadline_ms: 20_000,
  } as const;
  const given = Object((await call(invoker, execution, run, message)) ?? {}) as Partial<CodeBundle>;
  // It was deployed anew since it answered, or answers by code that is no bundle: `serve` says its definitions itself.
  if (typeof given.bundle !== "string")
    throw new TransientError("CODE_CHANGED", "The code was deployed anew during a decision.");
  const gzip = Buffer.from(given.bundle, "base64");
  if (hash("sha256", gunzipSync(gzip), "hex") !== sha256)
    throw new Unanswered({ code: "PROTOCOL", message: "The code that was given is not the code that answered." });
  await run.services.blobs.put(bundleKey(sha256), gzip, "application/gzip");
  known.set(sha256, now);
}
