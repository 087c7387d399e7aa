import type { JobEvent } from "../job/job-event.ts";

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
  /** Publishes events at least once, those of one job in order. Returns the ones that the bus refused. */
  publish(events: readonly JobEvent[]): Promise<Unpublished[]>;
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
