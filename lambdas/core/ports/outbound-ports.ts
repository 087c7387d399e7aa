import type { Disabled, EndpointFailure, EndpointState } from "../catalog/endpoint-state.ts";
import type { EndpointName } from "../catalog/webhook.ts";
import type { JobEvent } from "../job/job-event.ts";
import type { Rejection } from "../outbound/rejection.ts";
import type { Refused } from "./ports.ts";

export interface Unpublished {
  /** The position of the event among those that were to be published. */
  index: number;
  /** The bus's error code, or NOT_TRIED if an earlier event of the same job was refused for now. */
  code: string;
  /** The bus will never accept this event. It does not hold back later events of its job. */
  permanent?: true;
}

/** The event bus, where events leave the system. */
export interface EventBus {
  /** Publishes events at least once, those of one job in order. Answers the ones that the bus refused. */
  publish(events: readonly JobEvent[]): Promise<Unpublished[]>;
}

/** Something that AWS refused permanently, with the reason. */
export interface DeadLetter {
  /** What was refused; kept as JSON. */
  body: unknown;
  /** The reason: a stable code, and a sentence that does not quote the body. */
  code: string;
  detail: string;
  /** What a log line may contain. */
  logFields: Record<string, unknown>;
}

/** Keeps what AWS refused permanently. */
export interface DeadLetters {
  /** Keeps each letter at least once, with its reason. Answers those that were not kept. */
  keep(letters: readonly DeadLetter[]): Promise<Refused[]>;
}

/** Announces and keeps requests that came in a message and were refused. */
export interface Rejections {
  /**
   * Publishes each rejection on the bus and keeps it as a dead letter with its reason, at least once. Answers those for which
   * AWS refused either.
   */
  reject(rejections: readonly Rejection[]): Promise<Refused[]>;
}

/** Whether Step Functions still waited for the task; `closed` if it has ended, timed out or never existed. */
export type TaskAnswer = "taken" | "closed";

/**
 * Tasks of Step Functions that wait for a job, each identified by its token. Every method throws if the call fails: a
 * PermanentError if Step Functions will never accept it.
 */
export interface Tasks {
  /** `output` is JSON of at most 256 KiB. */
  succeed(token: string, output: string): Promise<TaskAnswer>;
  fail(token: string, error: string, cause: string): Promise<TaskAnswer>;
  /** Reports that the job has not ended yet. */
  heartbeat(token: string): Promise<TaskAnswer>;
}

/** An event that is not about a job. */
export interface Announcement {
  /** Its detail-type on the bus. */
  type: string;
  /** When it happened, epoch milliseconds. */
  time: number;
  detail: object;
}

/** Publishes events that are not about jobs. */
export interface Announcer {
  /** Throws if the bus refuses the event: a PermanentError if it always will. */
  announce(event: Announcement): Promise<void>;
}

/** The state of webhook endpoints. Only those that fail have one. */
export interface Endpoints {
  get(name: EndpointName): Promise<EndpointState | undefined>;
  /** Counts a failure, and keeps it among the last ones. Answers the state with this failure. */
  failed(name: EndpointName, failure: EndpointFailure): Promise<EndpointState>;
  /** Forgets the failures of an endpoint, unless it is disabled. */
  recovered(name: EndpointName): Promise<void>;
  /** Answers whether it was disabled by this: not one that another delivery has disabled under this URL. */
  disable(name: EndpointName, disabled: Disabled): Promise<boolean>;
  /** Records that it was announced that the endpoint is disabled. */
  announced(name: EndpointName): Promise<void>;
  /** Deletes the state of a disabled endpoint, so that it counts as healthy. One that is not disabled stays as it is. */
  enable(name: EndpointName): Promise<void>;
}
