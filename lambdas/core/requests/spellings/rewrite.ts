import { type Catalog, type FoundEvent, ownValue } from "../../catalog/catalog.ts";
import type { Product } from "../../catalog/job-type.ts";
import { same } from "../../expressions/compare.ts";
import type { JobType } from "../../job/job.ts";
import { isTimeZone } from "../../job/series.ts";
import { hasMoreFields } from "../../kernel/bounds.ts";
import type { Fault } from "../../kernel/errors.ts";
import { valueAt } from "../../kernel/find-faults.ts";
import { isRecord } from "../../kernel/json-values.ts";
import { invalidRequest, RequestError } from "../../kernel/request-error.ts";
import { requestLimits } from "../../kernel/request-limits.ts";
import { didYouMean, jsonPointer, type Path, pathOf } from "../../kernel/schema.ts";
import { endOfDay } from "../../kernel/zone.ts";
import { eventsNamed } from "./event-name.ts";

/*
 * Ductape's documentation has changed the request several times, and callers copy from every generation of it. This module
 * rewrites each documented spelling to the one that the schemas know, before a request is parsed. It stands in front of every way
 * in. A request in our own spelling passes unchanged, and whatever is not documented stays for the schemas to refuse.
 */

/** A request in our spelling. */
interface Rewritten {
  request: unknown;
  /** What the rewriting itself found. Pointers are those of the caller's request. */
  faults: Fault[];
  /** The request as versions before 0.4 rewrote it, if that is another one. */
  earlier?: unknown;
  /** What a caller may want to know although the request is accepted. */
  notes: Fault[];
  /** Whether the caller wrote anything in another way. */
  isRewritten: boolean;
  /** The pointer in the caller's request that a pointer into `request` stands for. */
  placeOf: (pointer: string) => string;
}

/** Rewrites a request for a job. */
export function rewriteRequest(body: unknown, catalog: Catalog): Rewritten {
  const draft = new Draft(body);
  if (isRecord(body)) for (const rewrite of requestSpellings) rewrite(draft, catalog);
  return rewritten(draft);
}

/** Rewrites a request to reschedule a job. */
export function rewriteReschedule(body: unknown): Rewritten {
  const draft = new Draft(body);
  if (isRecord(body)) for (const rewrite of rescheduleSpellings) rewrite(draft);
  return rewritten(draft);
}

const rewritten = (draft: Draft): Rewritten => ({
  request: draft.value,
  faults: draft.faults,
  notes: draft.notes,
  isRewritten: draft.value !== draft.written,
  ...(draft.earlier !== undefined && draft.earlier !== draft.value && { earlier: draft.earlier }),
  placeOf: (pointer) => draft.placeOf(pointer),
});

/**
 * The spellings of a request, in the order in which they are rewritten: what is empty goes before it could be taken for another field,
 * the event is found by the fields of today, and what retry rules mean depends on the event.
 */
const requestSpellings: readonly ((draft: Draft, catalog: Catalog) => void)[] = [
  (draft) => draft.removeEmpty([], optional),
  (draft) => draft.rename([], { product: "product_tag", retryConfig: "retry_config" }),
  removeBlank,
  removeMalformedTrace,
  rewriteSession,
  rewriteSchedule,
  rewriteRepeat,
  (draft) => draft.rename(["retry_config"], retryNames),
  rewriteEvent,
  rewriteInput,
  rewriteRetries,
];

const rescheduleSpellings: readonly ((draft: Draft) => void)[] = [
  (draft) => draft.removeEmpty([], ["repeat", "schedule"]),
  rewriteSchedule,
  rewriteFlatSeries,
  rewriteRepeat,
];

const optional = [
  ...["app", "retries", "retryConfig", "retry_config", "repeat", "schedule", "cache", "session"],
  ...["expires_at", "timeout_ms", "labels", "priority", "fairness_key", "idempotency_key", "start_at"],
];

/** Parses a rewritten request. Faults that `parse` throws point to what the caller wrote, after those of the rewriting itself. */
export function asWritten<Parsed>(rewritten: Rewritten, parse: () => Parsed): Parsed {
  const { faults } = rewritten;
  let parsed: Parsed;
  try {
    parsed = parse();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    error.faults = [...faults, ...placedFaults(rewritten, error.faults)];
    throw error;
  }
  if (faults.length > 0) throw invalidRequest(faults);
  return parsed;
}

/** Faults or notes of a rewritten request, with the places of what the caller wrote. */
export const placedFaults = ({ placeOf }: Rewritten, faults: readonly Fault[]): Fault[] =>
  faults.map(({ pointer, detail }) => ({ pointer: placeOf(pointer), detail }));

/** Ductape's callers write these empty in other ways too. */
function removeBlank(draft: Draft): void {
  for (const field of ["cache", "session"]) {
    if (draft.at(field) === "" || draft.at(field) === null) draft.remove([field]);
  }
}

/** No job may be refused for its trace: what is no text is ignored, as what is malformed is. */
function removeMalformedTrace(draft: Draft): void {
  for (const field of ["traceparent", "tracestate"]) {
    if (typeof draft.at(field) !== "string") draft.remove([field]);
  }
}

const sessionText = /^([^:]+):(.+)$/s;

/** `session: "tag:token"` stands for `{tag, token}`. */
function rewriteSession(draft: Draft): void {
  const session = draft.at("session");
  const [, tag, token] = (typeof session === "string" && sessionText.exec(session)) || [];
  if (tag === undefined) return;
  for (const field of ["tag", "token"]) draft.standsFor(["session", field], ["session"]);
  draft.set(["session"], { tag, token });
}

/** The fields of a series, by the names that a caller may give them. */
const seriesFields = ["cron", "every", "tz", "timezone", "limit", "endDate", "end_date", "overlap"];

/** `schedule: {start_at, cron, every, limit, endDate, tz}` stands for `start_at` and `repeat`. */
function rewriteSchedule(draft: Draft): void {
  const schedule = draft.at("schedule");
  if (schedule === undefined) return;
  if (!isRecord(schedule)) {
    draft.fault(["schedule"], "must be an object such as {start_at} or {cron, tz}");
    draft.remove(["schedule"]);
    return;
  }
  draft.move(["schedule", "start_at"], ["start_at"]);
  if (draft.at("repeat") === undefined && !isEmpty(draft.at("schedule"))) draft.standsFor(["repeat"], ["schedule"]);
  const fields = Object.keys(draft.recordAt("schedule") ?? {});
  draft.moveFields(
    ["schedule"],
    fields.map((name) => ({ name, to: ["repeat", name] })),
  );
  draft.remove(["schedule"]);
}

/** The series of a request to reschedule may stand beside `start_at`. */
function rewriteFlatSeries(draft: Draft): void {
  draft.moveFields(
    [],
    seriesFields.map((name) => ({ name, to: ["repeat", name] })),
  );
}

/** Rewrites the fields within `repeat`. */
function rewriteRepeat(draft: Draft): void {
  const repeat = draft.recordAt("repeat");
  if (!repeat) return;
  draft.rename(["repeat"], { endDate: "end_date", timezone: "tz" });
  if (repeat.cron !== undefined && repeat.every !== undefined) {
    draft.note(["repeat", "every"], "is not used: cron counts, and every is only its fallback");
    draft.remove(["repeat", "every"]);
  }
  rewriteBareDate(draft);
}

const bareDate = /^\d{4}-\d\d-\d\d$/;

/** A date without a time is the end of that day in the zone of the series. */
function rewriteBareDate(draft: Draft): void {
  const { end_date, tz = "UTC" } = draft.recordAt("repeat") ?? {};
  if (typeof end_date !== "string" || !bareDate.test(end_date)) return;
  // A faulty zone is its own fault, and the date must not have another.
  const zone = typeof tz === "string" && isTimeZone(tz) ? tz : "UTC";
  const end = endOfDay(end_date, zone);
  if (end === undefined) {
    draft.fault(["repeat", "end_date"], "is a day that does not exist");
    draft.remove(["repeat", "end_date"]);
    return;
  }
  draft.note(["repeat", "end_date"], `is the end of that day in ${zone}`);
  draft.set(["repeat", "end_date"], end);
}

/** Replaces the name of the event by its tag. What the name says of the input becomes a part of the input. */
function rewriteEvent(draft: Draft, catalog: Catalog): void {
  const { product_tag, event: name, app } = draft.recordAt() ?? {};
  const product = catalog.products.find(({ tag }) => tag === product_tag);
  if (!product || typeof name !== "string") return;
  const events = eventsNamed(product, catalog.registry, name, typeof app === "string" ? app : undefined);
  const [event] = events;
  if (!event) {
    explainName(draft, catalog, product, name);
    return;
  }
  if (events.length > 1) {
    draft.fault(["event"], `stands for several events: name one of ${events.map(({ tag }) => tag).join(", ")}`);
  }
  if (event.tag !== name) draft.set(["event"], event.tag);
  for (const [field, value] of Object.entries(event.input)) addToInput(draft, field, value);
  draft.found = catalog.lookup(product.tag, event.tag);
}

function addToInput(draft: Draft, field: string, value: unknown): void {
  const before = draft.at("input", field);
  if (before === value || !draft.recordAt("input")) return;
  if (before !== undefined) {
    draft.fault(["input", field], `is ${JSON.stringify(value)} in the name of the event: give one of the two`);
    return;
  }
  draft.standsFor(["input", field], ["event"]);
  draft.set(["input", field], value);
}

/** Says what the catalog lacks if a name has the form `target:action`. The parser says that there is no such event. */
function explainName(draft: Draft, { registry }: Catalog, product: Product, name: string): void {
  const [target = "", action] = name.split(":");
  const sections = Object.values(registry).map(({ section }) => section);
  const section = sections.find(
    (one) => ownValue((product[one] ?? {}) as Record<string, unknown>, target) !== undefined,
  );
  if (action === undefined || section === undefined) return;
  draft.fault(["event"], `names an entry of ${section}, but no event in the product's jobs runs it: add one`);
}

/**
 * Rewrites the input of a request for an event. The check of a catalog asks for events whose target does not exist, or was left out
 * because of its faults: what is meant is not known then.
 */
function rewriteInput(draft: Draft): void {
  const { found } = draft;
  if (found?.target !== undefined && draft.recordAt("input")) rules[found.event.type](draft, found);
}

const channels = ["push_notification", "email", "sms", "callback"];
const callParts = ["query", "params", "headers"];

const rules: Record<JobType, (draft: Draft, found: FoundEvent) => void> = {
  action(draft, found) {
    const { definition, event, target } = found;
    refuseWideCall(draft, "input");
    draft.removeEmpty(["input"], definition.takesBody?.(event, target) === false ? parts : callParts);
    rewriteFlatCall(draft, found);
  },

  notification(draft) {
    draft.rename(["input"], { webhook: "callback" });
    refuseWideCall(draft, "input", "callback");
    removeEmptyChannels(draft);
    draft.rename(["input", "email"], { recipients: "to" });
    draft.rename(["input", "sms"], { recipients: "to" });
    draft.removeEmpty(["input", "push_notification"], ["title", "body", "data"]);
    draft.removeEmpty(["input", "email"], ["subject", "template"]);
    draft.removeEmpty(["input", "callback"], callParts);
    rewriteSmsVariables(draft);
  },

  database_action(draft) {
    draft.removeEmpty(["input"], ["data", "filter", "query"]);
    draft.rename(["input"], { query: "filter" });
  },

  function() {},

  storage(draft) {
    draft.rename(["input"], { blob: "buffer" });
    draft.removeEmpty(["input"], ["metadata", "mimeType"]);
    if (draft.at("input", "mimeType") === "") draft.remove(["input", "mimeType"]);
  },

  publish(draft) {
    draft.removeEmpty(["input"], ["headers"]);
  },

  feature() {},
};

/** Alone, an empty SMS or callback is one that needs nothing of the request. Beside another channel it is one that is not used. */
function removeEmptyChannels(draft: Draft): void {
  const input = draft.recordAt("input") ?? {};
  const isUsed = channels.some((name) => input[name] !== undefined && !isEmpty(input[name]));
  draft.removeEmpty(["input"], isUsed ? channels : channels.slice(0, 2));
}

/** An SMS without a recipient and a text has the variables of the message's template. */
function rewriteSmsVariables(draft: Draft): void {
  const sms = draft.recordAt("input", "sms");
  if (!sms || isEmpty(sms) || sms.to !== undefined || sms.body !== undefined) return;
  draft.standsFor(["input", "sms", "body"], ["input", "sms"]);
  draft.set(["input", "sms"], { body: sms });
}

const tooMany = `has more than ${requestLimits.callFields} fields`;

/** Bounds come before all that is kind to a caller. Only the body of a call may have any number of fields. */
function refuseWideCall(draft: Draft, ...path: string[]): void {
  const faults = callParts.flatMap((part) =>
    hasMoreFields(draft.at(...path, part), requestLimits.callFields)
      ? [{ pointer: draft.placeOf(jsonPointer([...path, part])), detail: tooMany }]
      : [],
  );
  if (hasMoreFields(draft.at(...path), requestLimits.callFields)) {
    const detail = `${tooMany}: give those of the body within body`;
    faults.push({ pointer: draft.placeOf(jsonPointer(path)), detail });
  }
  if (faults.length > 0) throw invalidRequest(faults);
}

const parts = ["query", "params", "body", "headers"];
const prefixed = /^(query|params|body|headers):(.+)$/s;

/**
 * A flat input: `body:sku` is the field `sku` of `body`. Fields without a prefix are allowed if the input names no part: the
 * action says where each of them belongs. What looks like a misspelt part is left for the schema to refuse.
 */
function rewriteFlatCall(draft: Draft, { event, target, definition }: FoundEvent): void {
  const names = Object.keys(draft.recordAt("input") ?? {});
  const moves = names.flatMap((name) => {
    const [, part, field] = prefixed.exec(name) ?? [];
    return part !== undefined && field !== undefined ? [{ name, to: ["input", part, field] }] : [];
  });
  const bare = names.filter((name) => !prefixed.test(name));
  const misspelt = new Set(bare.filter((name) => refuseMisspeltPrefix(draft, name)));
  const others = bare.filter((name) => !misspelt.has(name));
  if (!others.some((name) => parts.includes(name) || didYouMean(name, parts) !== "")) {
    const partOf = (name: string) => definition.partOf?.(event, target, name) ?? "body";
    moves.push(...others.map((name) => ({ name, to: ["input", partOf(name), name] })));
  }
  // They are refused, and the schema must not say so once more.
  for (const name of misspelt) moves.push({ name, to: ["input", "body", name] });
  draft.moveFields(["input"], moves);
}

const anyPrefix = /^([a-z_]{3,8}):/i;

/** `bdy:sku` is hardly the name of a field. Where it is, the nested form says so: `body: {"bdy:sku": ...}`. */
function refuseMisspeltPrefix(draft: Draft, name: string): boolean {
  const [, prefix = ""] = anyPrefix.exec(name) ?? [];
  const hint = prefix === "" ? "" : didYouMean(prefix, parts);
  if (hint === "") return false;
  const detail = `has a prefix that is no part of the input.${hint} A field of this name can be given within its part: {"body": {...}}`;
  draft.fault(["input", name], detail);
  return true;
}

const retryNames = {
  initialDelay: "initial_delay",
  maxDelay: "max_delay",
  backoffMultiplier: "backoff_multiplier",
  retryableErrors: "retryable_errors",
  nonRetryableErrors: "non_retryable_errors",
  jitterPercent: "jitter_percent",
};

/** Whether a request has retry rules in Ductape's spelling: `retryConfig`, or any of its names in `retry_config`. */
function usesTheirRetries({ retryConfig, retry_config: ours }: Record<string, unknown>): boolean {
  if (isRecord(retryConfig) && !isEmpty(retryConfig)) return true;
  return isRecord(ours) && Object.keys(retryNames).some((name) => Object.hasOwn(ours, name));
}

/**
 * Retry rules in Ductape's spelling mean what they mean there: nothing is retried unless `retries` says so, and of the failures only
 * those that `retryableErrors` names, if it names any. What the catalog says of the event was said to this system, and stays.
 */
function rewriteRetries(draft: Draft): void {
  const { found, written } = draft;
  if (!isRecord(written) || !usesTheirRetries(written)) return;
  draft.earlier = draft.value;
  const named = draft.at("retry_config", "retryable_errors");
  if (Array.isArray(named) && named.length > 0 && draft.at("retry_config", "only_retryable_errors") === undefined) {
    draft.note(["retry_config", "retryable_errors"], onlyThese);
    draft.standsFor(["retry_config", "only_retryable_errors"], ["retryConfig"]);
    draft.set(["retry_config", "only_retryable_errors"], true);
  }
  const usual = found && found.event.retries === undefined ? found.definition.defaults.retries : 0;
  if (draft.at("retries") !== undefined || usual === 0) return;
  draft.note(
    ["retry_config"],
    `means no retries, as in Ductape: give \`retries\`, which is ${usual} with retry_config`,
  );
  draft.set(["retries"], 0);
}

const onlyThese =
  "are the only errors that are retried, as in Ductape: in retry_config they are retried besides those that are by default";

/** Ductape lets callers pass `{}` for any optional part that they do not use. */
const isEmpty = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0;

/** A field of a record, and where it belongs instead. */
interface Move {
  name: string;
  to: Path;
}

/** A record that fields are moved into. */
interface Filled {
  at: Path;
  /** Undefined if what stands there is no record. */
  before: Map<string, unknown> | undefined;
  added: Map<string, unknown>;
}

/**
 * A request while it is being rewritten. It remembers where each part stood in what the caller wrote, so that faults can point
 * there. The caller's own value is never changed: only the records on the way to a changed part are copied, since a file's
 * bytes may be a list of millions of numbers.
 */
class Draft {
  /** What the caller wrote. */
  readonly written: unknown;
  value: unknown;
  /** The request as versions before 0.4 rewrote it: jobs were stored with its fingerprint. Undefined if they made the same of it. */
  earlier: unknown;
  /** The event that it names, once that is found. */
  found: FoundEvent | undefined;
  /** Pointers are those of the caller's request. */
  readonly faults: Fault[] = [];
  /** What a caller may want to know about a request that is accepted. */
  readonly notes: Fault[] = [];
  /** Where parts of the draft stood in what the caller wrote, by the pointers that they have now. */
  readonly #origins = new Map<string, Path>();

  constructor(written: unknown) {
    this.written = written;
    this.value = written;
  }

  at(...path: string[]): unknown {
    return valueAt(this.value, path);
  }

  /** The record at a path, or undefined if there is none. */
  recordAt(...path: string[]): Record<string, unknown> | undefined {
    const value = this.at(...path);
    return isRecord(value) ? value : undefined;
  }

  remove(path: Path): void {
    if (valueAt(this.value, path) !== undefined) this.set(path, undefined);
  }

  /** Replaces a value, which keeps its place. */
  set(path: Path, value: unknown): void {
    this.value = withChange(this.value, path, value);
  }

  /** Removes the parts of the record at `path` that are `{}`. */
  removeEmpty(path: string[], names: readonly string[]): void {
    for (const name of names) if (isEmpty(this.at(...path, name))) this.remove([...path, name]);
  }

  /** Moves a part, if there is one. If the caller also gave what it stands for, the part is a fault instead, unless both are equal. */
  move(from: Path, to: Path): void {
    const name = from.at(-1);
    if (name !== undefined && valueAt(this.value, from) !== undefined) {
      this.moveFields(from.slice(0, -1), [{ name: String(name), to }]);
    }
  }

  /**
   * Moves fields of the record at `from` by the rule of `move`. A flat input may have very many of them, so each record is copied
   * once, and not once for each of its fields.
   */
  moveFields(from: Path, moves: readonly Move[]): void {
    const left = this.#fieldsAt(from);
    const filled = new Map<string, Filled>();
    for (const { name, to } of moves) {
      const value = left?.get(name);
      if (value === undefined) continue;
      left?.delete(name);
      const at = to.slice(0, -1);
      const place = jsonPointer(at);
      const record = filled.get(place) ?? { at, before: this.#fieldsAt(at), added: new Map() };
      filled.set(place, record);
      this.#moveInto(record, { value, from: [...from, name], to });
    }
    if (!left || filled.size === 0) return;
    this.set(from, Object.fromEntries(left));
    for (const { at, added } of filled.values()) {
      if (added.size > 0) this.set(at, Object.fromEntries([...(this.#fieldsAt(at) ?? []), ...added]));
    }
  }

  #moveInto({ before, added }: Filled, { value, from, to }: { value: unknown; from: Path; to: Path }): void {
    const name = String(to.at(-1));
    const present = added.has(name) ? added.get(name) : before?.get(name);
    if (before && present === undefined) {
      this.standsFor(to, this.#originOf(from));
      added.set(name, value);
    } else if (!same(present, value)) {
      this.faults.push({ pointer: this.#pointer(from), detail: this.#twice(to) });
    }
  }

  /** The fields of the record at a path: none where there is nothing, and undefined where there is no record. */
  #fieldsAt(path: Path): Map<string, unknown> | undefined {
    const record = valueAt(this.value, path);
    if (record === undefined) return new Map();
    return isRecord(record) ? new Map(Object.entries(record)) : undefined;
  }

  /** Moves what the record at `path` has under other names. */
  rename(path: string[], names: Readonly<Record<string, string>>): void {
    for (const [from, to] of Object.entries(names)) this.move([...path, from], [...path, to]);
  }

  /** Records that everything below `to` which has no recorded place stood at `from`. */
  standsFor(to: Path, from: Path): void {
    const pointer = jsonPointer(to);
    if (!this.#origins.has(pointer)) this.#origins.set(pointer, from);
  }

  fault(path: Path, detail: string): void {
    this.faults.push({ pointer: this.#pointer(path), detail });
  }

  note(path: Path, detail: string): void {
    this.notes.push({ pointer: this.#pointer(path), detail });
  }

  /** The place in the caller's request of a pointer into the draft. */
  placeOf(pointer: string): string {
    return this.#pointer(pathOf(pointer));
  }

  #pointer(path: Path): string {
    return jsonPointer(this.#originOf(path));
  }

  /** The origin of the nearest part that has one, and the way from there. */
  #originOf(path: Path): Path {
    for (let steps = path.length; steps >= 0; steps--) {
      const origin = this.#origins.get(jsonPointer(path.slice(0, steps)));
      if (origin) return [...origin, ...path.slice(steps)];
    }
    return path;
  }

  #twice(to: Path): string {
    const plain = jsonPointer(to);
    const place = this.#pointer(to);
    const known = place === plain ? plain : `${plain}, as does ${place}`;
    return `means ${known}: give one of the two`;
  }
}

/** A copy with another value at a path, or without it. Missing records on the way are made. */
function withChange(value: unknown, [step, ...others]: Path, instead: unknown): unknown {
  if (step === undefined) return instead;
  const fields = isRecord(value) ? value : {};
  const below = withChange(fields[String(step)], others, instead);
  // Defined and not assigned, so that a field named `__proto__` stays a field.
  if (below !== undefined) return { ...fields, [String(step)]: below };
  const { [String(step)]: _before, ...rest } = fields;
  return rest;
}
