import type { EndpointState } from "../catalog/endpoint-state.ts";
import type { EndpointName } from "../catalog/webhook.ts";
import type { JobEvent } from "../job/job-event.ts";
import type { Rejection } from "../outbound/rejection.ts";
import type { Refused } from "./ports.ts";

export interface Unpublished {
  /** The event's place in what was to be published. */
  index: number;
  /** Why, in the bus's words; NOT_TRIED where an earlier event of the same job was refused for now. */
  code: string;
  /** The bus will never take this event. It holds back no later event of its job. */
  permanent?: true;
}

/** Where events leave the system. */
export interface EventBus {
  /** Publishes events at least once, those of one job in order; answers the ones that the bus did not take. */
  publish(events: readonly JobEvent[]): Promise<Unpublished[]>;
}

/** Something that AWS will never take, with the reason. */
export interface DeadLetter {
  /** What was refused; kept as JSON. */
  body: unknown;
  /** The reason: a stable code, and a sentence that quotes nothing of the body. */
  code: string;
  detail: string;
  /** What a log line may say of it. */
  logFields: Record<string, unknown>;
}

/** Where that is kept which AWS will never take elsewhere. */
export interface DeadLetters {
  /** Keeps each at least once, with its reason; answers those that were not kept. */
  keep(letters: readonly DeadLetter[]): Promise<Refused[]>;
}

/** Where requests end that came by a message and are refused. */
export interface Rejections {
  /**
   * Tells the bus of each, and keeps each among the dead letters with its reason. At least once; answers those for which
   * AWS refused the one or the other.
   */
  reject(rejections: readonly Rejection[]): Promise<Refused[]>;
}

/** Whether Step Functions still waited for the task; `closed` where it is over, timed out, or never was. */
export type TaskAnswer = "taken" | "closed";

/**
 * Tasks of Step Functions that wait for a job, each known by its token. Every method throws where it could not be said: a
 * PermanentError where Step Functions will never take it.
 */
export interface Tasks {
  /** `output` is JSON of at most 256 KiB. */
  succeed(token: string, output: string): Promise<TaskAnswer>;
  fail(token: string, error: string, cause: string): Promise<TaskAnswer>;
  /** Says that the task still goes on. */
  heartbeat(token: string): Promise<TaskAnswer>;
}

/** An event of another thing than a job. */
export interface Announcement {
  /** Its detail-type on the bus. */
  type: string;
  /** When it happened, epoch milliseconds. */
  time: number;
  detail: object;
}

/** Tells the bus of what happens to other things than jobs. */
export interface Announcer {
  /** Throws where the bus did not take it: a PermanentError where it never will. */
  announce(event: Announcement): Promise<void>;
}

/** How the endpoints of webhooks do; most are not known of, because all is well. */
export interface Endpoints {
  get(name: EndpointName): Promise<EndpointState | undefined>;
  /** Counts a failure; answers what is known by then. */
  failed(name: EndpointName, at: number, code: string): Promise<EndpointState>;
  /** Forgets the failures of an endpoint, unless it is disabled. */
  recovered(name: EndpointName): Promise<void>;
  disable(name: EndpointName, disabled: NonNullable<EndpointState["disabled"]>): Promise<void>;
  /** Forgets everything. */
  enable(name: EndpointName): Promise<void>;
}
