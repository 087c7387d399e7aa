import type { Attempt } from "../job/attempt.ts";
import type { Job } from "../job/job.ts";
import type { JobEvent } from "../job/job-event.ts";
import { acceptedSpan, attemptSpan, eventSpan, type Span, waitSpan } from "../job/spans.ts";
import { defined } from "../kernel/defined.ts";

/** What of a job every span of it says. Names and numbers only: no input, no result, no message of a provider. */
const jobAttributes = (job: Job, run: number): Span["attributes"] => ({
  "ductape.job.id": job.id,
  "ductape.product": job.product,
  "ductape.env": job.env,
  "ductape.event": job.event,
  "ductape.job.type": job.type,
  "ductape.run": run,
  ...defined({ "ductape.parent.job.id": job.parent?.message.job_id, "ductape.step": job.parent?.step }),
});

/** That a job was accepted. */
export function acceptedSpanOf(job: Job): Span[] {
  const place = acceptedSpan(job, true);
  if (!place?.sampled) return [];
  const at = job.created_at;
  const attributes = { ...jobAttributes(job, 1), "ductape.scheduled_at": new Date(job.scheduled_at).toISOString() };
  return [{ place, name: `schedule ${job.event}`, kind: "producer", from: at, to: at, attributes }];
}

/** An attempt, and what it waited for before. */
export function attemptSpansOf(job: Job, run: number, attempt: Attempt): Span[] {
  const place = attemptSpan(job, { run, ...attempt }, true);
  if (!place?.sampled) return [];
  const { started_at: from, ended_at: to, outcome, error, crashes } = attempt;
  const attributes = {
    ...jobAttributes(job, run),
    "ductape.attempt": attempt.attempt,
    "ductape.outcome": outcome,
    ...defined({
      "ductape.error.code": error?.code,
      "ductape.error.provider_code": error?.provider_code,
      "ductape.crashes": crashes,
      "ductape.target": attempt.target?.name,
      "ductape.cached_from": attempt.cached_from,
    }),
  };
  const own: Span = {
    place,
    name: job.event,
    kind: "consumer",
    from,
    to,
    attributes,
    ...defined({ error: error?.code }),
  };
  return [...waitSpansOf(job, run, attempt), own];
}

/** How long a wait has to be to be a span. */
const leastWaitMs = 1;

/** The waits of an attempt by their causes, one after the other up to its start: in which order they came is not known. */
function waitSpansOf(job: Job, run: number, attempt: Attempt): Span[] {
  const { due_at, started_at, held } = attempt;
  const place = attemptSpan(job, { run, ...attempt }, true);
  if (!place) return [];
  const causes = [
    // The time until a later attempt is due is no wait of this trace.
    ...(place.parent_id !== undefined && attempt.attempt === 1
      ? [{ name: "wait for its time", from: job.created_at, ms: due_at - job.created_at }]
      : []),
    ...inARow(due_at, started_at, [
      { name: "paused", ms: held?.paused_ms ?? 0 },
      ...(held?.limits ?? []).map(({ limit, ms }) => ({ name: `limit ${limit}`, ms })),
    ]),
  ];
  return causes
    .filter(({ ms }) => ms >= leastWaitMs)
    .map(({ name, from, ms }) => ({
      place: waitSpan(job, place, run, attempt.attempt, name),
      name,
      kind: "internal",
      from,
      to: from + ms,
      attributes: jobAttributes(job, run),
    }));
}

/** Waits that follow each other from one time on, and what is left up to another one: for so long it was late. */
function inARow(from: number, to: number, waits: readonly { name: string; ms: number }[]) {
  let at = from;
  const placed = waits.map((wait) => {
    const one = { ...wait, from: at };
    at += wait.ms;
    return one;
  });
  return [...placed, { name: "late", from: at, ms: to - at }];
}

/** That webhooks are to tell of an event. */
export function eventSpansOf(job: Job, event: JobEvent): Span[] {
  const place = eventSpan(job, event, true);
  if (!place?.sampled) return [];
  const attributes = jobAttributes(job, event.detail.run);
  return [{ place, name: `tell ${event.name}`, kind: "producer", from: event.time, to: event.time, attributes }];
}
