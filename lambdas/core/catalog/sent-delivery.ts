import { createHash } from "node:crypto";
import { firstDeliveryId } from "../job/hook-delivery.ts";
import type { TraceHeaders } from "../job/trace.ts";
import { pick } from "../kernel/defined.ts";
import type { EndpointName } from "./webhook.ts";

/*
 * What was sent to a webhook endpoint, kept for people: one record for each event and endpoint, to which each attempt adds itself.
 */

/**
 * What has come of a delivery so far. `retrying`: another attempt is made. `failed`: none is. `dropped`: nothing was sent, since the
 * endpoint is disabled.
 */
export const sentOutcomes = ["delivered", "retrying", "failed", "dropped"] as const;
type SentOutcome = (typeof sentOutcomes)[number];

/** What was sent: the same in each attempt. */
export interface SentMessage extends EndpointName {
  /** The `webhook-id`. */
  id: string;
  type: string;
  /** When the event happened, epoch milliseconds. */
  time: number;
  data: Record<string, unknown>;
  trace?: TraceHeaders;
}

/** An attempt at a delivery. Times are epoch milliseconds. */
interface SentAttempt {
  at: number;
  /** The number of the attempt, from 1; those of a resend begin anew. */
  attempt: number;
  /** Milliseconds until the status of the answer was there, or none could come any more. */
  ms: number;
  status?: number;
  /** Why it failed: `HTTP_503`, `TIMEOUT`, `CONNECTION_ERROR`, `CONFIGURATION_ERROR`. */
  code?: string;
}

/** The beginning of an answer. */
export interface ReceivedAnswer {
  status: number;
  body: string;
  /** There was more of it, or it did not come in time. */
  cut?: true;
}

/** A delivery with what became of it. */
export interface SentDelivery extends EndpointName {
  /** Ids sort by the time of the event. */
  id: string;
  message: SentMessage;
  outcome: SentOutcome;
  /** When the next attempt is due, if one is. */
  next_at?: number;
  /** Those made so far, the first one first. */
  attempts: SentAttempt[];
  /** The last one that came. */
  answer?: ReceivedAnswer;
}

/** What an attempt, or the lack of one, changes. */
export interface SentChange {
  outcome: SentOutcome;
  next_at?: number;
  attempt?: SentAttempt;
  answer?: ReceivedAnswer;
}

/** Bytes of an answer that are kept. */
export const keptAnswerBytes = 4096;

/** With so many attempts a delivery is not sent again: its record would grow without end. */
export const mostSentAttempts = 40;

/** The id of a delivery: the same for each attempt at it. */
export const sentIdOf = ({ id, time }: Pick<SentMessage, "id" | "time">): string =>
  firstDeliveryId(time) + createHash("sha256").update(id).digest("hex").slice(0, 20);

/** What is kept of a queued delivery: not how its attempts stand. */
export const sentMessageOf = (delivery: SentMessage): SentMessage =>
  pick(delivery, ["product", "env", "webhook", "id", "type", "time", "data", "trace"]);
