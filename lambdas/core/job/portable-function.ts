import { createHmac, timingSafeEqual } from "node:crypto";

/*
 * What Ductape calls a portable function: an operation behind a route that is known in advance, called by a signed POST. Taken from its
 * documentation, and from hosts that others have written for it. A team's bundle contains this file.
 */

/** An operation, as everyone names it. */
export interface PortableFunction {
  namespace: string;
  operation: string;
  version: string;
}

export interface PortableInvocation {
  function: PortableFunction;
  input: unknown;
  context: {
    product: string;
    env: string;
    feature_id: string;
    feature_tag: string;
    feature_run_id: string;
    step_tag: string;
    invocation_id: string;
    /** ISO 8601. */
    deadline_at?: string;
  };
}

export interface PortableFailure {
  code: string;
  message: string;
  retryable?: boolean;
}

export type PortableAnswer =
  | { invocation_id: string; output: unknown }
  | { invocation_id: string; error: PortableFailure };

/** How old a signature may be, and how far ahead, in milliseconds. */
const portableToleranceMs = 5 * 60_000;

export const portablePrefix = "/.well-known/ductape/functions/";

export const portablePath = ({ namespace, version, operation }: PortableFunction): string =>
  portablePrefix + [namespace, version, operation].map(encodeURIComponent).join("/");

/** `namespace.operation@version` */
export const portableName = ({ namespace, version, operation }: PortableFunction): string =>
  `${namespace}.${operation}@${version}`;

const signature = (key: string, timestamp: string, body: string): Buffer =>
  createHmac("sha256", key).update(`${timestamp}.${body}`).digest();

/** The headers of an invocation that is sent at `now`, in epoch milliseconds. */
export const portableHeaders = (
  key: string,
  { of, id, body, now }: { of: PortableFunction; id: string; body: string; now: number },
): Record<string, string> => ({
  "content-type": "application/json",
  "user-agent": "ductape-jobs",
  "x-ductape-invocation-id": id,
  "x-ductape-timestamp": String(now),
  "x-ductape-signature": signature(key, String(now), body).toString("hex"),
  "x-ductape-function": portableName(of),
});

/** Whether a body was signed with the key, and not long ago. */
export function isPortablySigned(
  key: string,
  { timestamp, signed, body, now }: { timestamp: string; signed: string; body: string; now: number },
): boolean {
  const at = /^\d{10,16}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  // Ten digits are seconds.
  const ms = timestamp.length === 10 ? at * 1000 : at;
  if (!(Math.abs(now - ms) <= portableToleranceMs)) return false;
  const given = Buffer.from(signed.replace(/^sha256=/, ""), "hex");
  const right = signature(key, timestamp, body);
  return given.length === right.length && timingSafeEqual(given, right);
}
