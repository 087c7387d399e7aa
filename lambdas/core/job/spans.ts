import { hash } from "node:crypto";
import { defined } from "../kernel/defined.ts";
import type { Attempt } from "./attempt.ts";
import type { Job } from "./job.ts";
import type { JobEvent } from "./job-event.ts";
import { type JobTrace, type SpanContext, spanContextOf, type TraceHeaders, traceparentOf } from "./trace.ts";

/*
 * The spans of a job. Their ids follow from the job, so that it keeps no more of its trace than what its request brought, and what is told
 * of a span later has the same id.
 */

/** Where a span stands: its ids, and the span above it, or the one in another trace that it is linked with. */
interface SpanPlace extends SpanContext {
  parent_id?: string;
  link?: SpanContext;
}

/** Something that took from one time to another, epoch milliseconds. */
export interface Span {
  place: SpanPlace;
  name: string;
  kind: "internal" | "producer" | "consumer";
  from: number;
  to: number;
  attributes: Record<string, string | number>;
  /** Why it has failed. */
  error?: string;
}

/**
 * For so long after a job was made its first run stays in the trace of its request. Later attempts, and later runs of a series, begin
 * traces that are linked with it: a trace of a month can be read by nobody.
 */
export const sameTraceMs = 3_600_000;

/** What the ids of a job's spans are made of. */
type Traced = Pick<Job, "id" | "created_at" | "trace">;

const spanId = (job: Traced, characters: 16 | 32, ...of: (string | number)[]): string =>
  hash("sha256", JSON.stringify([job.id, job.created_at, ...of]), "hex").slice(0, characters);

/**
 * The span of a job's acceptance. Undefined for a job without a trace, unless it begins one: `begins`. A job that was asked for long after
 * its feature had begun is a root.
 */
export function acceptedSpan(job: Traced, begins = false): SpanPlace | undefined {
  const span_id = spanId(job, 16, "accepted");
  const parent = job.trace && spanContextOf(job.trace);
  if (!parent) return begins ? { trace_id: spanId(job, 32, "trace"), span_id, sampled: true } : undefined;
  const { trace_id, sampled, state } = parent;
  if (job.trace?.linked) return { trace_id: spanId(job, 32, "trace"), span_id, sampled, link: parent };
  return { trace_id, span_id, sampled, parent_id: parent.span_id, ...defined({ state }) };
}

/** A span of something that a run comes to: below that of the acceptance, or the root of another trace that is linked with it. */
function laterSpan(
  job: Traced,
  { run, at, begins }: { run: number; at: number; begins: boolean },
  ...of: (string | number)[]
): SpanPlace | undefined {
  const accepted = acceptedSpan(job, begins);
  if (!accepted) return undefined;
  const { trace_id, span_id: parent_id, sampled, state } = accepted;
  const span_id = spanId(job, 16, ...of);
  const isNear = run === 1 && at - job.created_at <= sameTraceMs;
  if (isNear) return { trace_id, span_id, sampled, parent_id, ...defined({ state }) };
  const link = { trace_id, span_id: parent_id, sampled, ...defined({ state }) };
  return { trace_id: spanId(job, 32, "trace", ...of), span_id, sampled, link };
}

/** The span of an attempt. */
export const attemptSpan = (
  job: Traced,
  { run, attempt, started_at }: Pick<Job, "run" | "attempt"> & Pick<Attempt, "started_at">,
  begins = false,
): SpanPlace | undefined => laterSpan(job, { run, at: started_at, begins }, "attempt", run, attempt);

const spanHeaders = (span: SpanPlace | undefined): TraceHeaders | undefined =>
  span && { traceparent: traceparentOf(span), ...defined({ tracestate: span.state }) };

/** The span that webhooks which tell of an event of a job stand below. */
export const eventSpan = (job: Traced, { name, time, detail }: JobEvent, begins = false): SpanPlace | undefined =>
  laterSpan(job, { run: detail.run, at: time, begins }, "event", detail.version, name);

/** What goes with these webhooks. */
export const eventTrace = (job: Traced, event: JobEvent, begins = false): TraceHeaders | undefined =>
  spanHeaders(eventSpan(job, event, begins));

/** The span of what an attempt waited for: beside it, or below it if it is a root. */
export const waitSpan = (job: Traced, of: SpanPlace, run: number, attempt: number, cause: string): SpanPlace => {
  const { trace_id, span_id, sampled, parent_id = span_id, state } = of;
  return { trace_id, span_id: spanId(job, 16, "wait", run, attempt, cause), sampled, parent_id, ...defined({ state }) };
};

/** A job whose attempt runs. */
type RunningJob = Traced & Pick<Job, "run" | "attempt" | "parked_since" | "started_at">;

const runningSpan = (job: RunningJob, begins: boolean): SpanPlace | undefined => {
  const { run, attempt, parked_since, started_at = job.created_at } = job;
  return attemptSpan(job, { run, attempt, started_at: parked_since ?? started_at }, begins);
};

/** What the attempt of a job sends on with its calls and messages. */
export const sentTrace = (job: RunningJob, begins = false): TraceHeaders | undefined =>
  spanHeaders(runningSpan(job, begins));

/** The trace of a job that an attempt of another one asks for: a step of a feature, an item of a list. */
export function childTrace(job: RunningJob, now: number, begins = false): JobTrace | undefined {
  const span = runningSpan(job, begins);
  if (!span) return undefined;
  const begun = job.parked_since ?? job.started_at ?? now;
  const isLate = now - begun > sameTraceMs;
  return { parent: traceparentOf(span), ...defined({ state: span.state }), ...(isLate && { linked: true }) };
}

/** The trace that a job is found by, if it has one. */
export const traceIdOf = (job: Traced, begins = false): string | undefined => acceptedSpan(job, begins)?.trace_id;
