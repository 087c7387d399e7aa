import { defined } from "../kernel/defined.ts";

/*
 * W3C Trace Context, level 1: https://www.w3.org/TR/trace-context-1/. What is malformed is ignored, as the recommendation asks.
 */

/** What a job keeps of the trace of its request, or of the attempt that has asked for it. */
export interface JobTrace {
  /** The span below which it stands, as a `traceparent` of version 00. */
  parent: string;
  /** The `tracestate` that came with it. */
  state?: string;
  /** It begins another trace, which is linked with that span: it was asked for long after the trace had begun. */
  linked?: true;
}

/** The headers that carry a trace, by the names that they have in HTTP, and as attributes and headers of messages. */
export interface TraceHeaders {
  traceparent: string;
  tracestate?: string;
}

/** What may carry a trace: nothing of it has been checked. */
export interface TraceCarrier {
  traceparent?: string | undefined;
  tracestate?: string | undefined;
}

/** What carries the trace of a message, if it has one. */
export function carrierOf(attribute: (name: string) => string | undefined): TraceCarrier | undefined {
  const parent = attribute("traceparent");
  return parent === undefined
    ? undefined
    : { traceparent: parent, ...defined({ tracestate: attribute("tracestate") }) };
}

export interface SpanContext {
  trace_id: string;
  span_id: string;
  sampled: boolean;
  state?: string;
}

/** A version above 00 may append fields, each after a dash; ff is none. */
const traceparent = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The span that it names. Undefined if it is malformed. */
export function spanContextOf({ parent, state }: Pick<JobTrace, "parent" | "state">): SpanContext | undefined {
  const [, version, trace_id, span_id, flags = "", more] = traceparent.exec(parent) ?? [];
  if (trace_id === undefined || span_id === undefined || (version === "00" && more !== undefined)) return undefined;
  return { trace_id, span_id, sampled: Number.parseInt(flags, 16) % 2 === 1, ...defined({ state }) };
}

/** The same as a `traceparent`. */
export const traceparentOf = ({ trace_id, span_id, sampled }: SpanContext): string =>
  `00-${trace_id}-${span_id}-${sampled ? "01" : "00"}`;

/** What is kept of a `traceparent` and a `tracestate`. Undefined if the former is malformed, in which case the latter does not count. */
export function requestTrace(parent: unknown, state?: unknown): JobTrace | undefined {
  const context = typeof parent === "string" ? spanContextOf({ parent: parent.trim() }) : undefined;
  return context && { parent: traceparentOf(context), ...defined({ state: keptState(state) }) };
}

/** A key, which may name a tenant of a system, and a value of printable ASCII without `,` and `=`, which does not end with a space. */
const member =
  /^([a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=([\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e])$/;
const mostMembers = 32;
/** What everybody has to propagate at least; the longer members are left out first, as the recommendation says. */
const longestState = 512;
const longMember = 128;

/** What is kept of the list, or undefined if one of its members is malformed or comes twice: then none of it counts. */
function keptState(given: unknown): string | undefined {
  if (typeof given !== "string") return undefined;
  const members = given
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
  const keys = members.map((one) => member.exec(one)?.[1]);
  const isValid = members.length <= mostMembers && !keys.includes(undefined) && new Set(keys).size === keys.length;
  if (!isValid) return undefined;
  const kept = given.length > longestState ? members.filter((one) => one.length <= longMember) : members;
  while (kept.join(",").length > longestState) kept.pop();
  return kept.join(",") || undefined;
}
