import type { JobMessage, JobType } from "../job/job.ts";
import type { TraceHeaders } from "../job/trace.ts";
import type { Calls } from "../limits/pump.ts";
import type { Refused } from "./refused.ts";

export interface SendOptions {
  /** An integer from 0 to 900. */
  delaySeconds: number;
  /** The fair queue's message group: keeps one tenant's burst from starving another. */
  group: string;
  /** Which limits have called the job. It travels beside the message and not in it. */
  calls?: Calls;
  /** The trace of what the message is about. It travels beside the message too. */
  trace?: TraceHeaders;
}

/** The queues of jobs, one per type. */
export interface JobQueue {
  /** The types to whose queues this function sends. A consumer is granted few (`reachOfType`). */
  readonly reach: ReadonlySet<JobType>;
  send(type: JobType, message: JobMessage, options: SendOptions): Promise<void>;
  /** Sends any number of messages; returns those that were refused. */
  sendMany(type: JobType, entries: ({ message: JobMessage } & SendOptions)[]): Promise<Refused[]>;
}

/** A queue of messages of one kind. Throws a PermanentError for a message that it will never accept. */
export interface MessageQueue<Message> {
  send(message: Message, options: SendOptions): Promise<void>;
  /** Sends any number of messages; returns those that were refused. */
  sendMany(entries: readonly ({ message: Message } & SendOptions)[]): Promise<Refused[]>;
}
