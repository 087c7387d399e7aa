import { isDeepStrictEqual } from "node:util";
import { approvalIdOf } from "../../lambdas/core/job/approval.ts";
import { isCodeProgress } from "../../lambdas/core/job/code-progress.ts";
import { isFinished, type Job, type Stored } from "../../lambdas/core/job/job.ts";
import { stepJobId, undoJobId } from "../../lambdas/core/job/job-id.ts";
import type { KeptEntry, KeptValue, RunLogName } from "../../lambdas/core/job/run-log.ts";
import { defined } from "../../lambdas/core/kernel/defined.ts";
import type { World } from "./adversary.ts";
import { isCoded } from "./coded.ts";
import type { CodeWatch, Coding, Decided } from "./coding.ts";
import { type Entry, interpret, type Reading } from "./interpreter.ts";
import type { Invocation } from "./invocation.ts";
import { nameOf } from "./ledger.ts";
import type { Observer } from "./observer.ts";
import { recipients } from "./programs.ts";
import type { System } from "./system.ts";
import { clocksApartMs } from "./write.ts";
import { hasCrashed } from "./write-rules.ts";

/** An entry, and when it was appended, by the true time. */
interface Appended {
  entry: KeptEntry;
  at: number;
}

/** A log: that of a part of an attempt, from 1, which continues as the next one. */
type LogOf = Pick<Job, "id" | "created_at" | "run" | "attempt"> & { part: number };

const attemptName = ({ id, created_at, run, attempt }: LogOf) => `${id} ${created_at} ${run} ${attempt}`;
const logName = (of: LogOf) => `${attemptName(of)} ${of.part}`;

/** The key of a call by that of its job, and the part that makes it. An attempt that asks for something else has another job. */
const callOf = (step: string): { key: string; part: number } => {
  const [, key = step, part = "1"] = /^(.*?)(?: of part (\d+))?(?: of attempt \d+)?$/s.exec(step) ?? [];
  return { key, part: Number(part) };
};
/** The seed of a later part has its number. */
const partOfSeed = (seed: string): number => Number(/ (\d+)$/.exec(seed)?.[1] ?? 1);

/** The call for which a job asks a person, and the how manieth recipient that is. */
const askedBy = (step: string) => {
  const [, call = step, recipient] = /^(.*) ask (\d+) of [0-9a-f]{16}$/s.exec(step) ?? [];
  return { call, recipient: recipient === undefined ? undefined : Number(recipient) };
};

/** The name of own code, which is unlike any other of its program, also within a scope. */
const ownName = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
/** Without the rounds of the loops in which it was called. */
const partName = (key: string): string => ownName(key).replace(/(\.\d+)+$/, "");

/** What the rules need of a world. */
interface Watching {
  time: Pick<World["time"], "hold" | "now">;
  observer: Observer;
  hardship: Pick<World["hardship"], "skew">;
}

/** Rules for runs of code, which know of their handlers what they are made of, and of their logs what was appended. */
export function codeWatch(
  { time, observer, hardship }: Watching,
  system: Pick<System, "blobs" | "jobs" | "load" | "onWrite">,
  { bundleOf, hasOnlyGrown, isMended }: Pick<Coding, "bundleOf" | "hasOnlyGrown" | "isMended">,
): CodeWatch {
  const logs = new Map<string, Appended[]>();
  /** What own code has returned, by run and key. */
  const returned = new Map<string, Set<number>>();
  /** The attempts of which the handler has failed by itself, also if they were cancelled after that. */
  const inVain = new Set<string>();
  /** The messages that an attempt has taken. */
  const taken = new Map<string, Set<string>>();
  /** By which bundle a part was played last: a run that is moved goes on by another one. */
  const playedBy = new Map<string, string>();
  /** The runs that were moved to other code. */
  const moved = new Set<string>();
  /** What people were told of their decisions, by the id of the approval. */
  const decisions = new Map<string, Decided>();
  let runs = 0;

  const violated = (text: string) => observer.violated("code", text);
  const cover = (text: string) => observer.cover(`code: ${text}`);

  /** What fails in a run that is moved goes on by other code too. */
  const wasMoved = (run: string): boolean => {
    const of = system.jobs.peek(run)?.parent?.message.job_id;
    return moved.has(run) || (of !== undefined && wasMoved(of));
  };
  /** What a run has done that was moved to code of another kind, no program of it says. */
  const wasLed = (run: string) => wasMoved(run) && !hasOnlyGrown();
  /** A run that was moved has seen the end of a job that the code of now would not have asked for, or waits for it by the key `step`. */
  const hasSeenMended = (job: LogOf, step = "") =>
    wasMoved(job.id) && [step, ...logOf(job).map(({ entry }) => entry.k)].some((key) => isMended(partName(key)));

  const loaded = (value: KeptValue | undefined): unknown => {
    if (!value) return null;
    if (!("blob" in value)) return value.v;
    const { body } = system.blobs.blobs.get(value.blob) ?? {};
    return body ? JSON.parse(Buffer.from(body).toString()) : null;
  };
  const logOf = (of: LogOf) => logs.get(logName(of)) ?? [];

  /** The program that a part plays: that of the input, or that as which the part before has continued, in this attempt or one before. */
  async function programOf(job: LogOf & Pick<Job, "bundle" | "input">): Promise<number> {
    if (job.part === 1) return ((system.load(job.input) ?? {}) as { program?: number }).program ?? 0;
    const before = { ...job, part: job.part - 1 };
    // One that continues at once has no entry.
    const isPlayed = (name: string) => logs.has(name) || playedBy.has(name);
    while (before.attempt > 1 && !isPlayed(logName(before))) before.attempt -= 1;
    const bundle = playedBy.get(logName(before)) ?? job.bundle;
    const outcome = (await readingOf({ ...before, ...defined({ bundle }) }))?.outcome;
    if (outcome?.is === "continued") return outcome.program;
    violated(
      `${job.id.slice(-6)} plays part ${job.part}, and by its log the part before is ${outcome?.is ?? "waiting"}`,
    );
    return 0;
  }

  async function readingOf(job: LogOf & Pick<Job, "bundle" | "input">, startedAt = 0): Promise<Reading | undefined> {
    const bundle = bundleOf(job.bundle ?? "");
    const program = bundle?.programs[bundle ? await programOf(job) : 0];
    if (!program) return undefined;
    const log = logOf(job).map(
      ({ entry: { value, as: _shown, ...entry } }): Entry => ({ ...entry, value: loaded(value) }),
    );
    return interpret(program, { log, startedAt });
  }

  /** Time stands still while a log is interpreted. */
  const checkBy = (job: Parameters<typeof readingOf>[0], check: (reading: Reading) => void) => {
    const checked = async () => {
      const reading = await readingOf(job);
      if (reading) check(reading);
      else violated(`${job.id.slice(-6)} does something before its code is kept`);
    };
    void time.hold(checked());
  };

  function checkAppend(name: RunLogName, entries: readonly KeptEntry[], by: Invocation) {
    const of = { ...name, id: name.job_id };
    const log = logOf(of);
    const job = system.jobs.peek(name.job_id);
    const what = `the log of ${name.job_id.slice(-6)} attempt ${name.attempt}`;
    // Its consumer stood still until the run was deleted: nobody reads this log any more.
    if (deleted.has(name.job_id) && job?.created_at !== name.created_at)
      return cover("a log is written to after its run was deleted");
    if (job && isFinished(job) && job.attempt === name.attempt && (job.finished_at ?? 0) < by.began - clocksApartMs)
      violated(`${what} goes on after the end of its run`);
    for (const entry of entries) {
      const last = log.at(-1)?.entry;
      if (entry.n !== (last?.n ?? 0) + 1) violated(`${what} has the entry ${entry.n} after ${last?.n ?? "none"}`);
      if (entry.at < (last?.at ?? 0)) violated(`${what} goes back in time with entry ${entry.n}`);
      if (log.some((one) => one.entry.k === entry.k)) violated(`${what} has ${entry.k} twice`);
      if (entry.id !== undefined) {
        const known = taken.get(attemptName(of)) ?? new Set();
        if (known.has(entry.id)) violated(`${what} has taken the message ${entry.id} twice`);
        taken.set(attemptName(of), known.add(entry.id));
      }
      if (entry.c === "step" && entry.e === "done" && entry.f === "step") checkOwn(of.id, entry);
      cover(`an entry ${entry.c} ${entry.e}`);
      log.push({ entry: structuredClone(entry), at: time.now() });
    }
    logs.set(logName(of), log);
  }

  /** The result of own code is one that it has returned. */
  function checkOwn(run: string, { k, value }: KeptEntry) {
    const { n } = Object(loaded(value)) as { n?: number };
    if (n === undefined || !returned.get(`${run} ${ownName(k)}`)?.has(n))
      violated(`${k} of ${run.slice(-6)} has a result that own code has not returned`);
  }

  /** Whether own code had returned in an attempt before this one, since which nothing was undone. */
  function isDoneBefore(of: LogOf & Pick<Job, "begun_anew">, key: string, by: Invocation): boolean {
    if (wasLed(of.id)) return false;
    const { attempt, begun_anew = 1 } = of;
    const before = Array.from({ length: attempt - begun_anew }, (_, i) => ({ ...of, attempt: begun_anew + i }));
    return before.some((one) =>
      logOf(one).some(
        ({ entry: { k, c, e }, at }) => c === "step" && e === "done" && ownName(k) === key && at < by.began,
      ),
    );
  }

  const deleted = new Set<string>();
  system.onWrite(({ before, after }) => {
    if (before && !after) deleted.add(before.id);
    if (!after) return;
    if (isCoded(after) && before) checkRun(before, after);
    const { parent } = after;
    const run = parent && system.jobs.peek(parent.message.job_id);
    if (before || !parent || !run || !isCoded(run)) return;
    const { call: asks, recipient } = askedBy(parent.step);
    const call = callOf(asks);
    const of = { ...run, run: parent.message.run, attempt: parent.message.attempt, part: call.part };
    const what = `${nameOf(after)} (${parent.step})`;
    const id = parent.undo ? undoJobId(of, parent.step) : stepJobId(of, parent.step);
    // A decision that stood still may be of a run that was deleted since, whose id another one has.
    if (after.id !== id && !deleted.has(run.id)) violated(`${what} has another id than its key gives`);
    if (/ of attempt \d+$/.test(asks)) cover("an attempt asks for something else by the key of what has failed");
    checkBy(of, ({ called }) => {
      const made = called.get(call.key);
      if (!made) return violated(`${what} was started, and its run has not called it`);
      const input = system.load(after.input) as { body?: { of?: string }; program?: number };
      const event = recipient === undefined ? made.event : recipients[recipient - 1];
      if ((made.kind === "approve") !== (recipient !== undefined))
        violated(`${what} asks, or does not, for ${made.kind}`);
      if (recipient !== undefined && after.approval?.id !== approvalIdOf(of, asks))
        violated(`${what} asks for another approval than its call`);
      if (event !== after.event) violated(`${what} is ${after.event}, and not ${event}`);
      if (made.of !== (input.body?.of ?? input.program)) violated(`${what} has another input than its call`);
    });
  });

  /** Runs that were cancelled once more as they ended: they end at once, whatever is left to undo. */
  const forced = new Set<string>();

  return {
    logsOf: (runLogs, by) => ({
      ...runLogs,
      async append(log, entries) {
        const came = await runLogs.append(log, entries);
        if (came === "appended" && entries.length > 0) {
          checkAppend(log, entries, by);
        }
        return came;
      },
    }),

    ran(by, { run: { id, run, attempt, definition, seed }, key }) {
      const n = ++runs;
      const name = `${id} ${key}`;
      returned.set(name, new Set([...(returned.get(name) ?? []), n]));
      cover("own code");
      if ((returned.get(name)?.size ?? 0) > 1) cover("own code is run again");
      const job = system.jobs.peek(id);
      const of = job && { ...job, run, attempt, bundle: definition, part: partOfSeed(seed) };
      const end = of && logOf(of).find(({ entry }) => ownName(entry.k) === key);
      // A caller may retry the job of a step whose run has gone on.
      const isRetried = by.job_id !== undefined && system.jobs.peek(by.job_id)?.retried_after !== undefined;
      if (end && isRetried) cover("own code that is a job is run again for a caller");
      // Whoever read the log after that should have known.
      if (end && end.at < by.began && !isRetried && !wasLed(id))
        violated(`${key} of ${nameOf(of)} is run again, and its result was kept`);
      if (of && isDoneBefore(of, key, by))
        violated(`${key} of ${nameOf(of)} is run again, and an attempt before has done it`);
      if (of)
        checkBy(of, ({ called }) => {
          if (![...called.keys()].some((one) => ownName(one) === key))
            violated(`${key} of ${nameOf(of)} is run, and its run has not called it`);
        });
      return { n, of: key };
    },

    shows({ run: { id, run, attempt, seed }, from, log }) {
      const job = system.jobs.peek(id);
      if (!job) return;
      const kept = logOf({ ...job, run, attempt, part: partOfSeed(seed) });
      for (const [i, { value, ...shown }] of log.entries()) {
        const { as: _shown, value: keptValue, ...entry } = kept[from + i]?.entry ?? {};
        if (JSON.stringify(shown) !== JSON.stringify(entry))
          violated(`${nameOf(job)} is shown ${JSON.stringify(shown)}, and its log has ${JSON.stringify(entry)}`);
        const known = Object(value) as { v?: unknown };
        if ("v" in known && JSON.stringify(known.v) !== JSON.stringify(loaded(keptValue as KeptValue)))
          violated(`${nameOf(job)} is shown another value of ${shown.k} than its log has`);
      }
    },

    moved: (run) => void moved.add(run),
    decided: (approval, decision) => void decisions.set(approval, decision),

    async atRest() {
      for (const job of system.jobs.all()) if (isCoded(job) && isFinished(job)) await checkEnd(job);
    },
  };

  function checkRun(before: Job, after: Job) {
    // Who asks a second time gives the undo up, also while a decision is made, which would have recorded that it was made.
    const isByRequest = after.reason === "by request" && isDeepStrictEqual(after.progress, before.progress);
    const isForced = before.ending && after.status === "cancelled" && (before.claim_id === undefined || isByRequest);
    if (isForced) forced.add(`${after.id} ${after.run} ${after.attempt}`);
    const isMoved = moved.has(after.id) && after.bundle === undefined;
    if (before.bundle !== undefined && after.bundle !== before.bundle && after.attempt === before.attempt && !isMoved)
      violated(`${nameOf(after)} goes on by other code`);
    const progress = after.progress && system.load(after.progress);
    if (!isCodeProgress(progress)) return;
    const { parked, part } = progress.code;
    if (after.bundle !== undefined) {
      const log = logName({ ...after, part });
      if ((playedBy.get(log) ?? after.bundle) !== after.bundle)
        cover("a run goes on by the code to which it was moved");
      playedBy.set(log, after.bundle);
    }
    if (!parked) return;
    if (parked.code === "CRASHED") cover("a run is parked");
    else if (
      parked.code === "NON_DETERMINISTIC" &&
      (wasLed(after.id) || hasSeenMended({ ...after, part }, parked.step))
    )
      cover("a run is parked that was moved to code that does not do what it has done");
    else violated(`${nameOf(after)} is parked: ${parked.code} ${parked.message}`);
  }

  /**
   * A retry makes the call again by which its run has failed. Of a child some steps may be left, so that it is not run again. What failed an attempt
   * that ended for another reason first, an attempt after it may still fail by.
   */
  function checkTriedAgain(job: LogOf, step: string | undefined) {
    const before = { ...job, attempt: job.attempt - 1 };
    if (!inVain.has(attemptName(before))) return;
    const ended = (of: LogOf, key: string | undefined) => logOf(of).find(({ entry }) => entry.k === key)?.entry;
    for (let key = step; key !== undefined; key = ended(job, key)?.error?.step) {
      const [now, then] = [ended(job, key), ended(before, key)];
      if (now && now.c !== "feature" && now.at === then?.at && now.e === then.e)
        violated(`${nameOf(job)} fails for ${key} as the attempt before, and has not tried it again`);
    }
  }

  /** A run goes on by the decision that a person was told counts, and by no other. */
  function checkDecision(job: LogOf, { k, e, at, value }: KeptEntry) {
    if (e === "closed") return;
    const key = job.part === 1 ? k : `${k} of part ${job.part}`;
    // A retry goes on with what its run had been told before it failed, and asks anew for the rest.
    const attempts = Array.from({ length: job.attempt }, (_, before) => before + 1);
    const asked = attempts.find((attempt) =>
      logOf({ ...job, attempt }).some(({ entry }) => entry.k === k && entry.at === at),
    );
    const told = decisions.get(approvalIdOf({ ...job, attempt: asked ?? job.attempt }, key));
    const { choice, by } = Object(e === "done" ? loaded(value) : undefined) as Partial<Decided>;
    cover(`an approval is ${told ? "decided" : e}`);
    if (choice !== told?.choice || by !== told?.by)
      violated(
        `${k} of ${nameOf(job)} goes on by ${choice} of ${by}, and ${told?.by} was told that ${told?.choice} counts`,
      );
  }

  /** What has been done by the end of a run in vain was shown to its handler, which undoes it. */
  function checkUndone(job: Job & LogOf, { called }: Reading) {
    const done = new Set(logOf(job).flatMap(({ entry }) => (entry.e === "done" ? [entry.k] : [])));
    for (const { parent, status, retried_after, finished_at = 0, ...step } of system.jobs.all()) {
      if (parent?.message.job_id !== job.id || parent.message.attempt !== job.attempt || parent.undo) continue;
      // A job that was deleted may have had the same id, and its steps are there still.
      if (step.created_at < job.created_at) continue;
      const { key, part } = callOf(parent.step);
      // What was done before a run continued as another one is not undone.
      if (part !== job.part) continue;
      const isDone = status === "completed" && retried_after === undefined && finished_at < (job.finished_at ?? 0);
      const isUndone = called.get(key)?.undo !== "nothing";
      if (isDone && called.has(key) && isUndone && !done.has(key))
        violated(`${nameOf(job)} has ended in vain, and ${parent.step} (${step.id.slice(-6)}) is done and not undone`);
    }
  }

  async function checkEnd(ended: Job) {
    const progress = ended.progress && (system.load(ended.progress) as unknown);
    if (!isCodeProgress(progress) || ended.reason === "by force") return;
    const { part } = progress.code;
    if (wasLed(ended.id)) return cover("a run ends that was moved to code that does something else");
    // One that has failed is moved for its retry.
    const bundle = ended.bundle ?? playedBy.get(logName({ ...ended, part }));
    const job = { ...ended, part, ...defined({ bundle }) };
    if (job.part > 1) cover("a run continues as another one");
    const reading = await readingOf(job, progress.code.started_at);
    if (!reading) {
      const isBegun = job.status === "completed" || logOf(job).some(({ entry }) => entry.c !== "cancel");
      // By the code of now it has not begun, if that does not do what the log has.
      if (isBegun && !hasSeenMended(job)) violated(`${nameOf(job)} has done something, and no code of it was kept`);
      return cover("a run ends before it has begun");
    }
    const { wrong, outcome, last } = reading;
    const what = nameOf(job);
    for (const one of wrong) violated(`${what}: ${one}`);
    if (reading.isInVain) inVain.add(attemptName(job));
    const is = outcome?.is ?? "waiting";
    cover(`a run is ${job.status}: ${is}`);
    if (job.status === "completed") {
      const result = system.load(job.result as Stored);
      if (outcome?.is !== "completed") return violated(`${what} has completed, and by its log it is ${is}`);
      if (JSON.stringify(outcome.value) !== JSON.stringify(result))
        violated(`${what} has the result ${JSON.stringify(result)}, and by its log ${JSON.stringify(outcome.value)}`);
      const state = (progress.code.state as { last?: string } | undefined)?.last;
      if (state !== last) violated(`${what} has the state ${state}, and by its log ${last}`);
    } else if (job.status === "failed" && !hasCrashed(job.error)) {
      if (outcome?.is !== "failed" && outcome?.is !== "rolled_back")
        return violated(`${what} has failed (${job.error?.message}), and by its log it is ${is}`);
      const [, step] = /^Step (.+?) failed: /.exec(job.error?.message ?? "") ?? [];
      if (outcome.is === "failed" && outcome.step !== step)
        violated(`${what} has failed for ${step}, and by its log for ${outcome.step}`);
      checkTriedAgain(job, step);
    } else if (job.status === "cancelled" && outcome && outcome.is !== "cancelled")
      cover("a run is cancelled that had ended by its log");
    // Where its decisions crash as it ends, its undo is given up, and it says so.
    const isForced = forced.has(`${job.id} ${job.run} ${job.attempt}`);
    const isGivenUp = isForced || hasCrashed(job.error) || job.rolled_back?.error !== undefined;
    if (job.status !== "completed" && !isGivenUp) checkUndone(job, reading);
    for (const { entry, at } of logOf(job)) {
      if (entry.c === "approve") checkDecision(job, entry);
      const { until } = reading.called.get(entry.k) ?? {};
      const isByTime = entry.e === "fired" || entry.e === "timeout";
      if (isByTime && until !== undefined && at < until - hardship.skew)
        violated(`${what}: the time of ${entry.k} was over ${until - at} ms early`);
    }
  }
}
