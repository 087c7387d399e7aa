import { dayMs } from "../kernel/duration-ms.ts";
/*
 * What the engine and a team's own features say to each other, version 1 (`codeVersion`). Unknown fields are ignored, unknown kinds park the
 * run. A team's bundle contains this file, so it imports nothing but types.
 */
import type { AnswerBy, CallMessage, CallOutcome, Thrown } from "./code-messages.ts";

/** A value: in the message itself, or behind a link from which the code reads it when it is delivered, and whose hash it checks. */
export type SentValue = { v: unknown } | { url: string /** In hex. */; sha256: string; bytes: number };

/** What a key of a run stands for. `cancel` is the key `$cancel`, which no call of the handler makes. */
export type LogKind = "run" | "feature" | "sleep" | "wait" | "approve" | "step" | "cancel";

/** The end of what failed, as the handler sees it. */
export interface LogError {
  /** What a handler distinguishes: the job's error code, or the `code` or name of what own code threw. */
  code: string;
  message: string;
  /** The name of the error that own code threw. */
  name?: string;
  stack?: string;
  /** False where another attempt at the same would fail too. */
  retryable?: boolean;
  /** The key of the call that has failed, where the handler, or a step whose function calls ctx, throws its error: a retry makes that call again. */
  step?: string;
}

/** One thing that a run has seen. Entries are numbered from 1 without gaps, never change, and are delivered in this order. */
export interface LogEntry {
  n: number;
  /** The key of the call that it ends. */
  k: string;
  c: LogKind;
  /**
   * `done`, `failed`: of run, feature and step; `done` also of approve, with a `SentDecision` as its value. `fired`: of sleep.
   * `signal`: of wait. `timeout`: of wait and approve. `closed`: what a `close` command has ended. `cancel`: of `$cancel`.
   */
  e: "done" | "failed" | "fired" | "signal" | "timeout" | "closed" | "cancel";
  /** When it ended, epoch milliseconds, never before the entry before it: the time that the handler reads. */
  at: number;
  /** The fingerprint of the command that began it. */
  f?: string;
  /** The job that was made for it. */
  job?: string;
  /** Of `done` and `signal`. Absent is null. */
  value?: SentValue;
  /** Of `failed`. */
  error?: LogError;
  /** Of `signal`: which one, and the message's id. */
  signal?: string;
  id?: string;
  /** Of `cancel`: why, if it was said. */
  reason?: string;
}

/** The value of an approval that was decided. */
export interface SentDecision {
  choice: string;
  by: string;
  note?: string;
}

export interface DecidedRun {
  /** The job. */
  id: string;
  /** Which run of a recurring job, from 1. */
  run: number;
  /** Which attempt at the run, from 1. Each begins with an empty log. */
  attempt: number;
  product: string;
  env: string;
  /** The feature's tag. */
  feature: string;
  /** What the run began with. Empty as long as no answer has said it. */
  definition: string;
  /** What random values inside the handler are made of: the same for each decision of an attempt. */
  seed: string;
  /** The time that the handler reads before its first entry, epoch milliseconds: the same for each decision of an attempt. */
  started_at: number;
}

/** The part that a decision and a step have in common: what a replay needs. */
interface Replayed {
  v: number;
  run: DecidedRun;
  input: SentValue;
  /** How many milliseconds the answer may take. */
  deadline_ms: number;
  /** The engine's time, epoch milliseconds. */
  now: number;
  /** The last entry that was sent before. 0: the log begins with its first one. */
  from: number;
  /** The entries after `from`. */
  log: LogEntry[];
}

/** The engine asks what a run does next. */
export interface DecideMessage extends Replayed {
  kind: "decide";
  /** Which decision of the attempt, from 1. */
  decision: number;
  /**
   * The log goes on: these entries are delivered only, own code does not run, and the answer has neither commands nor an outcome other than
   * `waiting`. So a long log comes in several messages, each of which begins after `seen` of the answer before.
   */
  more?: boolean;
  /**
   * `seen` of the latest answer, if there was one: what the handler writes to its log by then is not written again. Absent: `from`, or, if
   * that is 0, everything is written.
   */
  shown?: number;
  /**
   * The steps that are known to call ctx, by their keys. Sent where `from` is 0: a process that knows nothing of the run makes their calls when the
   * others have made them, also where the log has no end of one.
   */
  scopes?: string[];
  /**
   * The keys of own code that has returned in an attempt before, behind what that has failed by. It is not run again: `ran` says that it is done
   * `before`. Sent where `from` is 0.
   */
  done?: string[];
  /**
   * The keys whose commands the engine has, so that an answer need not repeat what they bring along. Where they are sent, an answer has as many of the others as it
   * can hold, and `rest`.
   */
  known?: string[];
}

/** The engine asks for one attempt of a step that is a separate job. The log is whole (`from` is 0) and ends anywhere after the step was begun. */
export interface StepMessage extends Replayed {
  kind: "step";
  key: string;
  /** Which attempt at the step, from 1. */
  attempt: number;
  /** The same for every attempt of it. */
  idempotency_key: string;
  /** As of a call. Default: `sync`. */
  reply?: CallMessage["reply"];
  answer?: AnswerBy;
}

/** What of a key begins. Each is answered until the log has an entry of its key; the engine begins a key once, by its name. */
interface Begins {
  k: string;
  /** Says what is begun. The engine keeps it and repeats it in the entry; an open key with another one is NON_DETERMINISTIC. */
  f: string;
}

export interface RunCommand extends Begins {
  c: "run";
  event: string;
  /** As a request to schedule a job has it. */
  input: unknown;
  /** What happens to the job if the run ends before it. Default: cancel. */
  on_parent_end?: "cancel" | "abandon";
}

export interface FeatureCommand extends Begins {
  c: "feature";
  /** The tag of a feature of the same product. */
  feature: string;
  input: unknown;
  on_parent_end?: "cancel" | "abandon";
}

export interface SleepCommand extends Begins {
  c: "sleep";
  /** Epoch milliseconds. */
  until: number;
  /** How long it was to sleep, in milliseconds, unless it was until a time: a run that is retried sleeps so long from then on. */
  timeout_ms?: number;
}

export interface WaitCommand extends Begins {
  c: "wait";
  /** The first message of any of them ends it. Without a key: messages to the run itself only. */
  signals: { signal: string; key?: string }[];
  /** Epoch milliseconds at which it ends by itself. Absent: as late as a wait may. */
  until?: number;
  /** How long it was to wait, in milliseconds: a run that is retried waits so long from then on. */
  timeout_ms?: number;
}

export interface ApproveCommand extends Begins {
  c: "approve";
  title: string;
  show: { label?: string; value: string }[];
  choices: string[];
  /** The events that ask: texts in their inputs may hold the mark of the address, `$Approval{url}`. */
  ask: { event: string; input: unknown }[];
  /** As those of a wait. */
  until?: number;
  timeout_ms?: number;
}

/** A step that may take longer than a decision: a separate job, for which the engine sends `StepMessage`s. */
export interface StepCommand extends Begins {
  c: "step";
  timeout_ms: number;
}

/**
 * Ends an open key that nobody waits for any more: its job is cancelled, its wait and its timer go. The engine then logs `closed`, unless an
 * entry of the key came before; also for a key that it has never begun, which is never begun then. Answered until the log has it.
 */
export interface CloseCommand {
  c: "close";
  k: string;
}

export type Command =
  | RunCommand
  | FeatureCommand
  | SleepCommand
  | WaitCommand
  | ApproveCommand
  | StepCommand
  | CloseCommand;

/** What of undo has run when the run ends: keys of steps, latest first. */
export interface Undone {
  steps: string[];
  failed: string[];
}

export type DecideOutcome =
  | { is: "waiting" }
  | { is: "completed"; value: { v: unknown } }
  /** `step`: the key of the call whose failure the handler has not caught. */
  | { is: "failed"; error: LogError; undone?: Undone }
  | { is: "rolled_back"; reason: string; undone?: Undone }
  | { is: "cancelled"; undone?: Undone }
  /** The run begins anew with this input and an empty log. */
  | { is: "continue"; input: { v: unknown } };

/** Own code that has ended in this pass. The engine appends it to the log, and decides again. */
export interface RanStep {
  k: string;
  c: "step";
  e: "done" | "failed";
  /** `scope` where the step's function has called ctx, whose calls have the keys `<k>/...`; else `step`. Repeated in the entry. */
  f: string;
  value?: { v: unknown };
  error?: LogError;
  /** It has returned in an attempt before (`done` of the message), and the engine has its value. */
  before?: true;
}

export interface DecideWarning {
  code: string;
  message: string;
  k?: string;
  /** `file:line`. */
  at?: string;
}

/** The handler has ended in vain. What comes behind that in the log belongs to its undo. */
export interface InVain {
  /** The entry by which it has ended. 0: before the first. */
  at: number;
  /** The key of the call whose failure it has not caught. */
  step?: string;
}

export interface Decided {
  v: number;
  /** The last entry that was delivered. */
  seen: number;
  definition: string;
  outcome: DecideOutcome;
  /** From the answer on in which the handler has ended so, unless it was cancelled before. */
  in_vain?: InVain;
  /** Everything that is open, whether an earlier answer had it or not, but for `rest`. Empty beside an outcome other than `waiting`. */
  commands: Command[];
  /** There are more than an answer can hold: the engine asks again, with those that it has by then as `known`. */
  rest?: true;
  ran: RanStep[];
  /** What the handler has set, as a whole. */
  state: Record<string, unknown>;
  checkpoint?: { name: string; data: unknown };
  warnings: DecideWarning[];
}

/** The process does not know the run any more: send its log from there. */
export interface DecideNeed {
  v: number;
  need: { from: 0 };
}

export interface DecideRefusal {
  v: number;
  refuse: { code: "UNKNOWN_DEFINITION" | "UNKNOWN_FEATURE" | "PROTOCOL"; message: string };
}

/** A fault of the handler, which parks the run: another deployment, not another attempt, mends it. */
export interface DecideFault {
  v: number;
  fault: {
    code: "NON_DETERMINISTIC" | "OUTSIDE_STEP" | "NO_PROGRESS" | "TOO_MANY_STEPS" | "DUPLICATE_KEY";
    /** What is wrong, where, and what to do. */
    message: string;
    k?: string;
    /** `file:line`. */
    at?: string;
    stack?: Thrown["stack"];
  };
}

/** What the code answers, always with status 200. Anything else is a crash of the decision. */
export type DecideAnswer = Decided | DecideNeed | DecideRefusal | DecideFault;

/** The outcome of a step is that of a function: its job is retried by the same rules. */
export type StepAnswer = { v: number; outcome: CallOutcome } | DecideNeed | DecideRefusal | DecideFault;

/** The key of the entry by which a run is cancelled. */
export const cancelKey = "$cancel";
/** The most keys of an attempt at a run: beyond them the handler goes on with `ctx.continueAs(input)`. */
export const mostFeatureSteps = 10_000;
/** How long a run waits at most, in milliseconds: 400 days. */
export const longestWaitMs = 400 * dayMs;
/** The most characters of a key, with those of the steps that it is in. */
export const longestKey = 900;

/** The steps that a key is within: `p1` and `p1/p2` of `p1/p2/p3`. */
export function outerScopes(key: string): string[] {
  const scopes: string[] = [];
  for (let at = key.indexOf("/"); at > 0; at = key.indexOf("/", at + 1)) scopes.push(key.slice(0, at));
  return scopes;
}
