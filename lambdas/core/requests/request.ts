import type * as z from "zod";
import type { Catalog, CatalogEvent } from "../catalog/catalog.ts";
import { inputNotesOf } from "../catalog/targets/input-check.ts";
import { type KeySource, keyOf } from "../expressions/keys.ts";
import { plainInput, takesExpressions } from "../expressions/request-input.ts";
import type { RetryPolicy } from "../job/attempt.ts";
import type { CredentialMarks } from "../job/credential-marks.ts";
import type { Parent, Repeat } from "../job/job.ts";
import { fingerprint } from "../job/job-id.ts";
import type { Gate } from "../job/job-wait.ts";
import type { KeptSession } from "../job/kept-session.ts";
import { retryPolicyOf } from "../job/retry-config.ts";
import { noCalendars } from "../job/series/calendars.ts";
import { firstOccurrence } from "../job/series/recurrence.ts";
import type { Debouncing, Uniqueness } from "../job/shared-key.ts";
import type { Fault } from "../kernel/errors.ts";
import { findFaults, uncovered } from "../kernel/find-faults.ts";
import { given } from "../kernel/given.ts";
import { boundOf, deepestNesting, mostValues } from "../kernel/json-values.ts";
import { invalidRequest, refuseManyFields } from "../kernel/parse-body.ts";
import { RequestError } from "../kernel/request-error.ts";
import { faultSearchLimit, jsonPointer, type Path } from "../kernel/schema.ts";
import { dueAt, epochMs } from "../kernel/start-time.ts";
import { gatesOf } from "../limits/gate-keys.ts";
import { findInputFaults, inputFaults, type Origin } from "./input-faults.ts";
import { JobRequest } from "./job-request.ts";
import { repeatOf } from "./repeat-request.ts";
import { ownFaults } from "./request-faults.ts";
import { retryNotes } from "./retry-notes.ts";
import { type SessionOfRequest, sessionFaults } from "./session-request.ts";
import { type Sharing, sharingOf } from "./sharing.ts";
import { asWritten, placed } from "./spellings/as-written.ts";
import { rewriteRequest } from "./spellings/rewrite.ts";

/** An accepted request, with its event from the catalog, its defaults filled in and its times in epoch milliseconds. */
export interface AcceptedRequest extends CatalogEvent {
  app?: string;
  input: Record<string, unknown>;
  due_at: number;
  repeat?: Repeat;
  expires_at?: number;
  timeout_ms: number;
  retries: number;
  retry_policy: RetryPolicy;
  labels?: string[];
  /** The limits that its attempts pass, with their keys. */
  gates?: Gate[];
  priority?: number;
  cache?: string;
  fairness_key?: string;
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
  /** The id of the request in the logs. */
  request_id?: string;
  /** Set for the step of a feature, whose job id is derived from the id of the feature's job. */
  step?: { job_id: string; parent: Parent; credentials?: CredentialMarks };
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
  const bound = boundOf(body, { values: mostValues, levels: deepestNesting });
  if (bound === "levels") {
    throw invalidRequest([{ pointer: "", detail: `is nested deeper than ${deepestNesting} levels` }]);
  }
  if (bound === "values") {
    const detail = `has more than ${mostValues} values: send larger data as an upload, or as a string`;
    throw invalidRequest([{ pointer: "/input", detail }]);
  }
  refuseManyFields(body, "input");
  const rewritten = rewriteRequest(body, catalog);
  const accepted = asWritten(rewritten, () => parsePlain(rewritten.request, { catalog, now, headerKey, from }));
  // Only a key can name a job that an earlier version stored, and a request may be large.
  const hasKey = accepted.idempotency_key !== undefined;
  const { earlier = body } = rewritten;
  const written = rewritten.isRewritten && hasKey ? JobRequest.safeParse(earlier) : undefined;
  const notes = [...rewritten.notes, ...placed(rewritten, accepted.notes ?? [])];
  return {
    ...accepted,
    ...(notes.length > 0 && { notes }),
    ...(written?.success && { written_fingerprint: fingerprintOf(written.data) }),
  };
}

interface Asked {
  catalog: Catalog;
  now: number;
  headerKey: string | undefined;
  from: Origin;
}

/** Parses a request in our own spelling. */
function parsePlain(body: unknown, { catalog, now, headerKey, from }: Asked): AcceptedRequest {
  const parsed = JobRequest.safeParse(body);
  if (!parsed.success) throw invalidRequest(faultsOfInvalid(body, catalog, now, headerKey));
  const asked = parsed.data;
  const found = catalog.find(asked.product_tag, asked.env, asked.event);
  const isPlain = from === "caller" && !takesExpressions(found);
  const { input: plain, escaped } = isPlain ? plainInput(found, asked.input) : { input: asked.input, escaped: [] };
  const request = { ...asked, input: plain };
  const { calendars = noCalendars } = found.product;
  const own = ownFaults(request, now, headerKey, calendars);
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
    ...beside(ofSharing, ofInput),
    ...ofSession,
  ];
  if (!input.data || faults.length > 0) throw invalidRequest(faults);
  const start = dueAt(request.start_at, now);
  const repeat = request.repeat && repeatOf(request.repeat, start);
  const expires_at = request.expires_at === undefined ? undefined : epochMs(request.expires_at);
  const due = (repeat && firstOccurrence(repeat, start, calendars)) ?? start;
  const source = { found, input: input.data, isTemplate };
  const { gates, faults: keyless } = gatesOf(source);
  if (keyless.length > 0) throw invalidRequest(keyless);
  const notes = [
    ...notesOf(request, escaped),
    ...inputNotesOf(found.definition, { ...found, app: request.app, input: input.data }),
  ];
  return {
    ...found,
    input: input.data,
    due_at: debounce ? now + Math.min(debounce.delay, debounce.max_wait) : due,
    timeout_ms: request.timeout_ms ?? found.event.timeout_ms ?? found.definition.defaults.timeout_ms,
    retries: request.retries ?? found.event.retries ?? found.definition.defaults.retries,
    retry_policy: retryPolicyOf(request.retry_config, found.event.retry_config),
    ...given({
      app: request.app,
      repeat,
      expires_at,
      labels: request.labels,
      gates: gates.length > 0 ? gates : undefined,
      priority: (request.priority ?? found.event.priority) || undefined,
      cache: request.cache,
      fairness_key: request.fairness_key ?? turnOf(source),
      task_token: request.task_token,
      idempotency_key: key,
      debounce,
      unique,
      session: request.session && { ...request.session, at: now },
      notes: notes.length > 0 ? notes : undefined,
    }),
    fingerprint: fingerprintOf(asked),
    ...(passed.length > 0 && { passed }),
  };
}

/** What of an accepted request may not mean what its writer thinks. */
function notesOf({ retry_config }: JobRequest, escaped: readonly Path[]): Fault[] {
  const detail = "begins with one dollar less: the first says that the text is no expression";
  const ofTexts = escaped.map((path) => ({ pointer: jsonPointer(["input", ...path]), detail }));
  return [...(retryNotes(retry_config) ?? []), ...ofTexts];
}

const noSharing: Sharing = { faults: [], passed: [] };

/** The fairness key that the event gives a request. If the input has none, the request shares the turn of its tenant. */
function turnOf(source: KeySource): string | undefined {
  const { fairness_key } = source.found.event;
  const keyed = fairness_key === undefined ? undefined : keyOf(fairness_key, source);
  return keyed && "key" in keyed ? keyed.key : undefined;
}

/** The faults of a key that are not only a consequence of the input's own faults. */
const beside = (ofKey: Fault[], ofInput: Fault[]): Fault[] => uncovered(ofKey, ofInput);

/** The tokens are left out too: Step Functions repeats a request with another task token, and callers with a fresh session. */
function fingerprintOf({ idempotency_key: _key, task_token: _token, session, ...asked }: JobRequest): string {
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
  const own = ownFaults(request, now, headerKey, named && (named.calendars ?? noCalendars)).faults;
  return [...faults, ...uncovered(own, faults), ...catalogFaults(request, catalog)];
}

/** The faults of a request, which may lack fields, against the catalog. */
function catalogFaults({ product_tag, env, event, ...request }: LooseRequest, catalog: Catalog): Fault[] {
  const found = product_tag && event ? catalog.lookup(product_tag, event) : undefined;
  if (found && env !== undefined && found.product.envs.includes(env)) return eventFaults({ ...found, env }, request);
  const ofType = found && request.input ? findInputFaults(found, request.input).faults : [];
  return [...unknownNames({ product_tag, env, event }, catalog), ...ofType];
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
function unknownNames({ product_tag, env, event }: LooseRequest, catalog: Catalog): Fault[] {
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
