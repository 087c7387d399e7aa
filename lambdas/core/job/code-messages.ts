/*
 * What the engine and a team's own code say to each other, version 1. Unknown fields are ignored. A team's bundle contains this file, so
 * it imports nothing.
 */

/** The version of both sides. */
export const codeVersion = 1;

/** The engine asks for one attempt of a job whose target is a function of the team's own. */
export interface CallMessage {
  v: number;
  kind: "call";
  /** The function, by its name in the catalog. */
  function: string;
  /** Absent if the job has none, which null is not. */
  payload?: unknown;
  job_id: string;
  /** Which run of the job, from 1. */
  run: number;
  /** Which attempt at the run, from 1. */
  attempt: number;
  product: string;
  env: string;
  event: string;
  /** The same for every attempt of a run. */
  idempotency_key: string;
  /** How many milliseconds the attempt has left. */
  deadline_ms: number;
  /** What an earlier attempt of this run has reported last. */
  progress?: unknown;
  /** The headers that carry the trace of the attempt, if it has one. */
  trace?: { traceparent: string; tracestate?: string };
  /** `sync`: the answer is what the call returns. `callback`: nobody waits for it, and it comes as `answer` says. */
  reply: "sync" | "callback";
  answer?: AnswerBy;
}

/** How the code answers a call for which nobody waits. */
export interface AnswerBy {
  /** Says to whom the answer belongs: it goes back as it came. */
  token: string;
  /** Epoch milliseconds after which no answer counts. */
  until: number;
  /** Where an answer is put that is larger than a message, and what the function reports until then: each with a PUT. */
  result_url: string;
  progress_url: string;
}

/** Why a function failed. */
export interface Thrown {
  /** The error's name: `TypeError`, `CardDeclined`. */
  name: string;
  message: string;
  /** Where it was thrown, by the lines of the source. */
  stack?: string;
}

export interface FailedOutcome {
  is: "failed";
  /** `threw`: the function did. `input`: its schema refused the payload. `result`: what it returned cannot be kept. `timeout`: it had not ended at its deadline. */
  by: "threw" | "input" | "result" | "timeout";
  error: Thrown;
  /** Whether another attempt may succeed, if the error says so. */
  retryable?: boolean;
  /** The least milliseconds until another attempt, if the error says so. */
  retry_after_ms?: number;
  /** The error's own code, such as `card_declined`. */
  code?: string;
  /** What it has written last with `ctx.log`. */
  log?: Written;
}

/** The last lines of a log, as people read them. */
export interface Written {
  /** One line a call of `ctx.log`, at most `longestWritten` characters. */
  text: string;
  /** There were more before them. */
  cut?: boolean;
}

/** Whether another attempt may succeed: at what has thrown or was late, unless the error says otherwise. */
export const mayBeRetried = ({
  by,
  retryable = by === "threw" || by === "timeout",
}: {
  by: FailedOutcome["by"];
  retryable?: boolean | undefined;
}): boolean => retryable;

export type CallOutcome = { is: "completed"; value: { v: unknown } } | FailedOutcome;

/** What the code answers. Anything else is a crash. */
export type CallAnswer =
  | { v: number; outcome: CallOutcome /** What the function has reported last. */; progress?: unknown }
  | { v: number; refuse: { code: "UNKNOWN_FUNCTION" | "PROTOCOL"; message: string } };

/** An answer that was put where `result_url` leads, as JSON. */
export interface KeptAnswer {
  v: number;
  kept: { bytes: number };
}

/** What is kept of a function that runs, as JSON: what it has reported, and when, epoch milliseconds. */
export interface LiveProgress {
  v: unknown;
  at: number;
}

/** The most bytes of an answer that travels in a message: one of SQS has 256 KB, with the question in it. */
export const largestAnswerInMessage = 100_000;
/**
 * Whether JSON can travel in a message of SQS, into which Lambda writes an answer with its question: JSON escapes all else that SQS refuses.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export const fitsIntoQueue = (json: string): boolean => !/[\ufffe\uffff]/.test(json);
/** The most bytes of a question for whose answer nobody waits. */
export const largestQuestionInMessage = 100_000;
/** A longer attempt is called without waiting for it: a function that waits is billed as one that works. */
export const longestAwaitedMs = 10_000;

/** The most bytes of a result: Lambda lets a function answer 6 MB. */
export const largestCodeResult = 6_000_000;
/** The most bytes of what a function reports as its progress. */
export const largestCodeProgress = 262_144;
/** The most characters of what a failed attempt keeps of its log. */
export const longestWritten = 4000;
/** The most characters of a message and a stack that are kept with an attempt, of which a job keeps 25. */
export const longestThrown = { name: 100, message: 1000, stack: 2000 } as const;

/** The beginning of a text of a team's code. Half a character, at the cut or before it, is nothing that a store must keep. */
export const keptText = (text: string, most: number): string => text.slice(0, most).toWellFormed();

/** What of a thrown error is kept with an attempt. */
export const keptThrown = ({
  name,
  message,
  stack,
}: Omit<Thrown, "stack"> & { stack?: string | undefined }): Thrown => ({
  name: keptText(name, longestThrown.name),
  message: keptText(message, longestThrown.message),
  ...(stack !== undefined && { stack: keptText(stack, longestThrown.stack) }),
});
