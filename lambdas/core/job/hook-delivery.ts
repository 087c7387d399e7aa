import { randomBytes } from "node:crypto";
import type { Fault } from "../kernel/errors.ts";
import { firstIdOf, timeOfId } from "../kernel/timed-id.ts";

/*
 * What a provider has delivered to a hook, kept for people. Only what was signed is kept: a stranger cannot fill the table.
 */

/** A hook in an env of a product. */
export interface HookName {
  product: string;
  env: string;
  hook: string;
}

/**
 * What came of a delivery. `refused`: it would be refused again, as long as the catalog is what it is. `failed`: AWS refused, or a
 * fault of ours; providers that try again deliver it once more.
 */
export const hookOutcomes = ["accepted", "duplicate", "ignored", "refused", "failed"] as const;
export type HookOutcome = (typeof hookOutcomes)[number];

/** A delivery, without its body. It has nothing that the log does not have. */
export interface HookDelivery extends HookName {
  /** Ids sort by time. */
  id: string;
  /** When it came, epoch milliseconds. */
  at: number;
  outcome: HookOutcome;
  /** What the provider knows it by, cut. Absent where that could not be told. */
  delivery_id?: string;
  /** The event of the hook, if that makes jobs. */
  event?: string;
  job_id?: string;
  signal_id?: string;
  /** Why it was refused or has failed: a stable code, and where. */
  code?: string;
  faults?: readonly Fault[];
  /** Bytes of the body. */
  bytes: number;
  /** Its event hides parts of inputs: the body, which has them too, is never shown. */
  hides?: true;
  request_id: string;
}

/** What was sent: enough to read it again. */
export interface SentBody {
  body: Buffer;
  /** Without signatures and credentials. Names are in lower case. */
  headers: Readonly<Record<string, string>>;
}

/** A delivery with what was sent, if that is kept. */
export interface KeptDelivery {
  delivery: HookDelivery;
  sent?: SentBody;
}

/** The most bytes of a body that is kept. A longer one is listed, and cannot be delivered again from here. */
export const keptBodyBytes = 256 * 1024;

/** For how many days deliveries are kept at most. Where finished jobs are kept for less, so are they. */
export const mostDeliveryDays = 30;

/** The most faults of a refused delivery, and characters of the id of a provider, that are kept. */
export const keptFaults = 20;
export const keptIdCharacters = 200;

/** Characters of all headers that are kept. */
const keptHeaderCharacters = 8192;

/**
 * Signatures, credentials, and what the way adds: addresses of people, and of the machines between. A hook that refers to one of these cannot
 * be replayed, since it lacks the header then.
 */
const leftOut =
  /signature|hmac|token|secret|auth|credential|password|passwd|cookie|api-?key|access-?key|^x-amz|^x-forwarded|^forwarded$|^via$|^host$|^connection$|^content-length$/;

/** The headers that may be kept of a delivery. */
export function keptHeadersOf(
  headers: Readonly<Record<string, string | undefined>>,
  signedBy: string | undefined,
): Record<string, string> {
  let left = keptHeaderCharacters;
  const kept: Record<string, string> = {};
  for (const [name, value = ""] of Object.entries(headers)) {
    if (leftOut.test(name) || name === signedBy?.toLowerCase() || name === "__proto__") continue;
    left -= name.length + value.length;
    if (left >= 0) kept[name] = value;
  }
  return kept;
}

/** The first id of a time, and of all later ones: every id of an earlier time sorts before it. */
export const firstDeliveryId = (at: number): string => firstIdOf("dlv_", at);

/** A new id of a delivery that came now. */
export const newDeliveryId = (now: number): string => `${firstDeliveryId(now)}${randomBytes(10).toString("hex")}`;

/** Whether a text has the form of an id: no other is looked for. */
export const isDeliveryId = (text: string): boolean => /^dlv_[0-9a-f]{32}$/.test(text);

/** When the delivery with an id came, epoch milliseconds. */
export const timeOfDeliveryId = (id: string): number => timeOfId("dlv_", id);

/** An id of a delivery, or the first one of a time. */
export const deliveryIdPattern = /^dlv_[0-9a-f]{12}([0-9a-f]{20})?$/;
