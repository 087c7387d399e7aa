import type * as z from "zod";
import { type Catalog, type CatalogEvent, ownValue } from "../catalog/catalog.ts";
import { inputFaultsOf, inputNotesOf } from "../catalog/targets/input-check.ts";
import { evaluateKey, type KeySource, keyOrFault } from "../expressions/keys.ts";
import { expressionInputFaults, plainInput, plainInputFaults, takesExpressions } from "../expressions/request-input.ts";
import type { AskedApproval } from "../job/asked-approval.ts";
import type { StepCredentials } from "../job/credential-placeholder.ts";
import { isOurCode, knownNames, plainName } from "../job/error-names.ts";
import type { KeptFields, Parent, Repeat } from "../job/job.ts";
import { jobErrorCodes } from "../job/job-error.ts";
import { fingerprint } from "../job/job-id.ts";
import type { Gate } from "../job/job-wait.ts";
import type { KeptSession } from "../job/kept-session.ts";
import { type RetryConfig, retryPolicyOf } from "../job/retry-config.ts";
import { type Calendars, firstOccurrence, noCalendars } from "../job/series.ts";
import type { Debouncing, Uniqueness } from "../job/shared-key.ts";
import { requestTrace, type TraceCarrier } from "../job/trace.ts";
import { refuseTooLarge } from "../kernel/bounds.ts";
import { defined } from "../kernel/defined.ts";
import type { Fault } from "../kernel/errors.ts";
import { type Findings, findFaults, uncovered } from "../kernel/find-faults.ts";
import { overflows } from "../kernel/overflows.ts";
import { invalidRequest, RequestError } from "../kernel/request-error.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { didYouMean, faultSearchLimit, jsonPointer, type Path } from "../kernel/schema.ts";
import { dueAt, epochMs, farthestAheadMs } from "../kernel/start-time.ts";
import { JobRequest } from "./job-request.ts";
import { type RepeatAt, repeatFaults, repeatOf } from "./repeat-request.ts";
import { type SessionOfRequest, sessionFaults } from "./session-request.ts";
import { noSharing, sharingOf } from "./sharing.ts";
import { asWritten, placedFaults, rewriteRequest } from "./spellings/rewrite.ts";

/** An accepted request, with its event from the catalog, its defaults filled in and its times in epoch milliseconds. */
export interface AcceptedRequest extends CatalogEvent, KeptFields {
  input: Record<string, unknown>;
  due_at: number;
  repeat?: Repeat;
  task_token?: string;
  idempotency_key?: string;
  /** Its job takes in later requests of its key, or is one of an earlier request. */
  debounce?: Debouncing;
  /** Its job is the only open one of its key. */
  unique?: Uniqueness;
  /** A token that has not been checked. `scheduleRequest` does so, and a job is made with `kept_session` only. */
  session?: SessionOfRequest;
  /** What the job keeps of the session, once its token has been checked. */
  kept_session?: KeptSession;
  fingerprint: string;
  /** The fingerprint of the request as its caller wrote it, if that is another one: earlier versions stored it. */
  written_fingerprint?: string;
  /**
   * Times that have passed since the request was made. They forbid a new job, but a repetition of the request by its
   * idempotency key still gets the receipt of the job that it created.
   */
  passed?: Fault[];
  /** What is accepted, and may not mean what its writer thinks: `explain` shows it. */
  notes?: Fault[];
  /** Set for the step of a feature, whose job id is derived from the id of the feature's job. */
  step?: { job_id: string; parent: Parent; credentials?: StepCredentials; approval?: AskedApproval };
  /** Set for the job of a schedule of the catalog, whose id is derived from the schedule. */
  schedule?: { job_id: string; name: string; fingerprint: string };
}

/**
 * Parses a request, in any documented spelling, against the catalog. Throws a RequestError: INVALID_REQUEST with every fault
 * found, or the *_NOT_FOUND of the product, env or event. `headerKey` is the HTTP `Idempotency-Key`.
 */
export function parseRequest(
  body: unknown,
  catalog: Catalog,
  now: number,
  headerKey?: string,
  from: Origin = "caller",
): AcceptedRequest {
  refuseTooLarge(body, "input");
  const rewritten = rewriteRequest(body, catalog);
  const accepted = asWritten(rewritten, () => parsePlain(rewritten.request, { catalog, now, headerKey, from }));
  // Only a key can name a job that an earlier version stored, and a request may be large.
  const hasKey = accepted.idempotency_key !== undefined;
  const { earlier = body } = rewritten;
  const written = rewritten.isRewritten && hasKey ? JobRequest.safeParse(earlier) : undefined;
  const notes = [...rewritten.notes, ...placedFaults(rewritten, accepted.notes ?? [])];
  return {
    ...accepted,
    ...(notes.length > 0 && { notes }),
    ...(written?.success && { written_fingerprint: requestFingerprint(written.data) }),
  };
}

/** A request with the trace of the headers, or attributes, that it came with, unless it names one itself. */
export function traced(request: AcceptedRequest, carrier: TraceCarrier): AcceptedRequest {
  const trace = request.trace ?? requestTrace(carrier.traceparent, carrier.tracestate);
  return trace === undefined ? request : { ...request, trace };
}

interface Parsing {
  catalog: Catalog;
  now: number;
  headerKey: string | undefined;
  from: Origin;
}

/** Parses a request in our own spelling. */
function parsePlain(body: unknown, { catalog, now, headerKey, from }: Parsing): AcceptedRequest {
  const parsed = JobRequest.safeParse(body);
  if (!parsed.success) throw invalidRequest(faultsOfInvalid(body, catalog, now, headerKey));
  const asked = parsed.data;
  const found = catalog.find(asked.product_tag, asked.env, asked.event);
  const isPlain = from === "caller" && !takesExpressions(found);
  const { input: plain, escaped } = isPlain ? plainInput(found, asked.input) : { input: asked.input, escaped: [] };
  const request = { ...asked, input: plain };
  const { calendars = noCalendars } = found.product;
  const own = faultsBesideInput(request, now, headerKey, calendars);
  const key = request.idempotency_key ?? headerKey;
  const input = findInputFaults(found, request.input, from);
  // The step of a feature never shares a job, whatever its event says: the feature waits for that very job.
  const isTemplate = from === "caller" && takesExpressions(found);
  const asSent = { found, input: request.input, isTemplate };
  const { debounce, unique, ...sharing } = from === "caller" ? sharingOf(request, asSent, now) : noSharing;
  // A repetition of an earlier request is answered although its time has passed.
  const passed = [...own.passed, ...sharing.passed];
  const ofSharing = key === undefined ? [...sharing.faults, ...sharing.passed] : sharing.faults;
  const ofInput = inputFaults(found, request, input, from, asked.input);
  const ofSession = from === "caller" ? sessionFaults(request.session, found) : [];
  const faults = [
    ...own.faults,
    ...timeoutFaults(request, found),
    ...ofInput,
    // A key may have faults only because the input has.
    ...uncovered(ofSharing, ofInput),
    ...ofSession,
  ];
  if (!input.data || faults.length > 0) throw invalidRequest(faults);
  const start = dueAt(request.start_at, now);
  const repeat = request.repeat && repeatOf(request.repeat, start);
  const expires_at = request.expires_at === undefined ? undefined : epochMs(request.expires_at);
  const due = (repeat && firstOccurrence(repeat, start, calendars)) ?? start;
  const source = { found, input: input.data, isTemplate };
  const { gates, faults: keyless } = requestedGates(source);
  if (keyless.length > 0) throw invalidRequest(keyless);
  const notes = [
    ...requestNotes(request, escaped),
    ...inputNotesOf(found.definition, { ...found, app: request.app, input: input.data }),
  ];
  return {
    ...found,
    input: input.data,
    due_at: debounce ? now + Math.min(debounce.delay, debounce.max_wait) : due,
    timeout_ms: request.timeout_ms ?? found.event.timeout_ms ?? found.definition.defaults.timeout_ms,
    retries: request.retries ?? found.event.retries ?? found.definition.defaults.retries,
    retry_policy: retryPolicyOf(request.retry_config, found.event.retry_config),
    ...defined({
      app: request.app,
      repeat,
      expires_at,
      labels: request.labels,
      gates: gates.length > 0 ? gates : undefined,
      priority: (request.priority ?? found.event.priority) || undefined,
      cache: request.cache,
      fairness_key: request.fairness_key ?? fairnessKeyOf(source),
      task_token: request.task_token,
      idempotency_key: key,
      trace: requestTrace(request.traceparent, request.tracestate),
      debounce,
      unique,
      session: request.session && { ...request.session, at: now },
      notes: notes.length > 0 ? notes : undefined,
    }),
    fingerprint: requestFingerprint(asked),
    ...(passed.length > 0 && { passed }),
  };
}

/** What of an accepted request may not mean what its writer thinks. */
function requestNotes({ retry_config }: JobRequest, escaped: readonly Path[]): Fault[] {
  const detail = "begins with one dollar less: the first says that the text is no expression";
  const ofTexts = escaped.map((path) => ({ pointer: jsonPointer(["input", ...path]), detail }));
  return [...(retryNotes(retry_config) ?? []), ...ofTexts];
}

/** The fairness key that the event gives a request. If the input has none, the request shares the turn of its tenant. */
function fairnessKeyOf(source: KeySource): string | undefined {
  const { fairness_key } = source.found.event;
  const keyed = fairness_key === undefined ? undefined : evaluateKey(fairness_key, source);
  return keyed && "key" in keyed ? keyed.key : undefined;
}

/**
 * The tokens are left out too: Step Functions repeats a request with another task token, and callers with a fresh session. So is the trace:
 * each repetition has another span.
 */
function requestFingerprint(request: JobRequest): string {
  const { idempotency_key: _key, task_token: _token, traceparent: _trace, tracestate: _state, ...others } = request;
  const { session, ...asked } = others;
  return fingerprint(session ? { ...asked, session: { tag: session.tag } } : asked);
}

const LooseRequest = JobRequest.partial();
type LooseRequest = z.infer<typeof LooseRequest>;

/** All faults of a request that does not match the schema: its valid fields are checked further although others are invalid. */
function faultsOfInvalid(body: unknown, catalog: Catalog, now: number, headerKey: string | undefined): Fault[] {
  const { faults, data } = findFaults(JobRequest, body);
  if (faults.length > faultSearchLimit) return faults;
  const request: LooseRequest = data ?? findFaults(LooseRequest, body).data ?? {};
  const named = catalog.products.find(({ tag }) => tag === request.product_tag);
  const own = faultsBesideInput(request, now, headerKey, named && (named.calendars ?? noCalendars)).faults;
  return [...faults, ...uncovered(own, faults), ...catalogFaults(request, catalog)];
}

/** The faults of a request, which may lack fields, against the catalog. */
function catalogFaults({ product_tag, env, event, ...request }: LooseRequest, catalog: Catalog): Fault[] {
  const found = product_tag && event ? catalog.lookup(product_tag, event) : undefined;
  if (found && env !== undefined && found.product.envs.includes(env)) return eventFaults({ ...found, env }, request);
  const ofType = found && request.input ? findInputFaults(found, request.input).faults : [];
  return [...unknownPlace({ product_tag, env, event }, catalog), ...ofType];
}

function eventFaults(
  found: CatalogEvent,
  request: Pick<LooseRequest, "timeout_ms" | "app" | "input" | "session">,
): Fault[] {
  const { app, input, session } = request;
  const ofInput = input ? inputFaults(found, { app, input, session }, findInputFaults(found, input)) : [];
  return [...timeoutFaults(request, found), ...ofInput, ...(session ? sessionFaults(session, found) : [])];
}

/** The fault of the first of product, env and event that the catalog does not have. */
function unknownPlace({ product_tag, env, event }: LooseRequest, catalog: Catalog): Fault[] {
  if (product_tag === undefined) return [];
  try {
    if (env === undefined) catalog.product(product_tag);
    else if (event === undefined) catalog.tenant(product_tag, env);
    else catalog.find(product_tag, env, event);
    return [];
  } catch (error) {
    if (error instanceof RequestError) return error.faults;
    throw error;
  }
}

function timeoutFaults(request: Pick<JobRequest, "timeout_ms">, { definition }: CatalogEvent): Fault[] {
  const { max_timeout_ms } = definition.limits;
  const over = (request.timeout_ms ?? 0) > max_timeout_ms;
  return over
    ? [{ pointer: "/timeout_ms", detail: `must be at most ${max_timeout_ms} ms for jobs of type ${definition.type}` }]
    : [];
}

/** The fields that are checked against each other. An invalid request may lack even `start_at`. */
type Checked = Pick<JobRequest, "repeat" | "expires_at" | "idempotency_key" | "task_token"> & {
  start_at?: JobRequest["start_at"] | undefined;
};

interface OwnFaults {
  /** Times that have passed since the request was made: they forbid a new job, and allow a repetition of the request. */
  passed: Fault[];
  /** All other faults. Without an idempotency key they include the passed times, since the request cannot be a repetition. */
  faults: Fault[];
}

/** The faults that the schema cannot find. Of the catalog they depend on the calendars of the product only, if those are known. */
function faultsBesideInput(
  request: Checked,
  now: number,
  headerKey: string | undefined,
  calendars?: Calendars,
): OwnFaults {
  const { start_at } = request;
  // Without a valid `start_at` there is nothing to compare the other times with.
  const times =
    start_at === undefined ? { passed: [], lasting: [] } : timeFaults({ ...request, start_at }, { now, calendars });
  const passed = (request.idempotency_key ?? headerKey) === undefined ? times.passed : [];
  const others = [...idempotencyKeyFaults(request, headerKey), ...tokenFaults(request)];
  return { passed: times.passed, faults: [...times.lasting, ...passed, ...others] };
}

type Timed = Checked & Pick<JobRequest, "start_at">;

/** The faults of a request's times: those of times that have passed since it was made, and those that it had from the beginning. */
function timeFaults(request: Timed, { now, calendars }: RepeatAt): { passed: Fault[]; lasting: Fault[] } {
  const faults = timeFaultsAt(request, { now, calendars });
  if (!faults.some(({ pointer }) => passing.includes(pointer))) return { passed: [], lasting: faults };
  // A fault that the request already had at its own start time has not come with time. A start of 0 stands for any time.
  const earlier = timeFaultsAt(request, { now: Math.min(now, epochMs(request.start_at)), calendars });
  const isOld = ({ pointer, detail }: Fault) => earlier.some((old) => old.pointer === pointer && old.detail === detail);
  const hasPassed = (fault: Fault) => passing.includes(fault.pointer) && !isOld(fault);
  return { passed: faults.filter(hasPassed), lasting: faults.filter((fault) => !hasPassed(fault)) };
}

const passing = ["/expires_at", "/repeat/end_date"];

const timeFaultsAt = (request: Timed, asked: RepeatAt): Fault[] => [
  ...expiryFaults(request, asked.now),
  ...(request.repeat ? repeatFaults(request.repeat, dueAt(request.start_at, asked.now), asked) : []),
];

function expiryFaults(request: Timed, now: number): Fault[] {
  const due = dueAt(request.start_at, now);
  const expires = request.expires_at === undefined ? Number.POSITIVE_INFINITY : epochMs(request.expires_at);
  const farthest = now + farthestAheadMs;
  return [
    ...(due <= farthest ? [] : [{ pointer: "/start_at", detail: "is more than 5 years ahead" }]),
    ...(request.expires_at !== undefined && request.repeat
      ? [{ pointer: "/expires_at", detail: "applies to one-time jobs only: end a series with repeat.end_date" }]
      : []),
    ...(expires > due ? [] : [{ pointer: "/expires_at", detail: "must be after the time at which the job starts" }]),
    ...(expires <= farthest || request.expires_at === undefined
      ? []
      : [{ pointer: "/expires_at", detail: "is more than 5 years ahead" }]),
  ];
}

/** What is wrong with the `Idempotency-Key` header, by itself or beside the key in the body. */
export function idempotencyKeyFaults(
  request: { idempotency_key?: string | undefined },
  headerKey: string | undefined,
): Fault[] {
  if (headerKey === undefined) return [];
  const differs = request.idempotency_key !== undefined && request.idempotency_key !== headerKey;
  return [
    ...(differs ? [{ pointer: "/idempotency_key", detail: "differs from the Idempotency-Key header" }] : []),
    ...(headerKey.length <= requestLimits.idempotencyKey && headerKey.length > 0
      ? []
      : [{ pointer: "/idempotency_key", detail: "the Idempotency-Key header must have 1 to 255 characters" }]),
  ];
}

function tokenFaults({ task_token, repeat }: Checked): Fault[] {
  if (task_token === undefined || repeat === undefined) return [];
  return [
    {
      pointer: "/task_token",
      detail: "applies to one-time jobs only: a task waits for one outcome, and a series has many",
    },
  ];
}

/** Who asks for a job: the input of a feature's step is resolved, so it has no expressions, whatever it looks like. */
type Origin = "caller" | "feature";

type Input = Record<string, unknown>;

/** A template is stored as it was sent: what it stands for is checked beside its expressions, and when it runs. */
const findInputFaults = (
  found: Pick<CatalogEvent, "definition" | "event">,
  input: Input,
  from: Origin = "caller",
): Findings<Input> =>
  from === "caller" && takesExpressions(found)
    ? { faults: [], data: input, lost: [] }
    : findFaults(found.definition.input, input, ["input"]);

/** The faults of an input: against the schema of its type and against its event, and numbers that would not be stored exactly. */
function inputFaults(
  found: CatalogEvent,
  { app, input, session }: Pick<JobRequest, "app" | "input" | "session">,
  { faults, data }: Findings<Input>,
  from: Origin = "caller",
  sent = input,
): Fault[] {
  const inexact = overflows(input, ["input"]);
  if (from === "caller" && takesExpressions(found)) {
    return [...inexact, ...expressionInputFaults(found, input, app, session?.tag)];
  }
  // A type may write the input as JSON to check it, which numbers beyond 2^53 are not.
  const ofEvent = data && inexact.length === 0 ? inputFaultsOf(found.definition, { ...found, app, input: data }) : [];
  const further = uncovered(ofEvent, faults);
  const unevaluated = from === "caller" ? plainInputFaults(found, sent) : [];
  return [...inexact, ...faults, ...further, ...unevaluated];
}

/** The gates that the attempts of a requested job pass, in the order of the event's `limits`, or why a key has no text. */
function requestedGates(source: KeySource): { gates: Gate[]; faults: Fault[] } {
  const { product, event } = source.found;
  const gates: Gate[] = [];
  const faults: Fault[] = [];
  for (const name of event.limits ?? []) {
    const limit = ownValue(product.limits ?? {}, name);
    if (!limit) continue;
    const keyed = limit.key === undefined ? { key: "" } : keyOrFault(limit.key, source, `the limit "${name}"`);
    if ("key" in keyed) gates.push({ limit: name, key: keyed.key });
    else faults.push(keyed);
  }
  return { gates, faults };
}

/** What becomes of the names in a request's retry rules that are not codes of this API; undefined if all of them are. */
export function retryNotes(config: RetryConfig | undefined): Fault[] | undefined {
  const notes = (["retryable_errors", "non_retryable_errors"] as const).flatMap((list) =>
    (config?.[list] ?? []).flatMap((name, i) => {
      const pointer = jsonPointer(["retry_config", list, i]);
      return isOurCode(name) ? [] : [{ pointer, detail: retryableNote(name) }];
    }),
  );
  return notes.length === 0 ? undefined : notes;
}

/** Names that are near one of ours are accepted, since a provider may have them. */
function retryableNote(name: string): string {
  const plain = plainName(name);
  if (isOurCode(plain)) return `is compared with the code ${plain}, and with the provider's own code.`;
  const known = knownNames.get(plain);
  if (known) return `stands for ${known.text}; a provider's own code of this name counts too.`;
  return `is not a code of this API, so it is compared with the provider's own code.${didYouMean(plain, Object.keys(jobErrorCodes))}`;
}
