import type { Job } from "../../../../sdk/src/answers.ts";
import { besideRule } from "../../job/beside-rule.ts";
import { localOf, zonedIso } from "../../ui/zoned-time.ts";

export type When = "now" | "at" | "cron" | "every";

/** What a person has filled in, as texts: some of it may not be valid yet. */
export interface Draft {
  when: When;
  /** Of a `datetime-local` field, in `zone`. For a series: when it starts; empty for at once. */
  at: string;
  zone: string;
  cron: string;
  every: string;
  unit: keyof typeof units;
  limit: string;
  until: string;
  overlap: "skip" | "queue" | "cancel_previous";
  /** What a series that is made again has beside that, for which there are no fields. */
  beside: Readonly<Record<string, unknown>>;
  retries: string;
  timeout: string;
  expires: string;
  labels: string;
  key: string;
  priority: string;
  cache: string;
  sessionTag: string;
  sessionToken: string;
  fairness: string;
  /** Empty: as the event says. */
  share: "" | "debounce" | "unique";
  shareKey: string;
  /** Durations such as `30s`. */
  delay: string;
  maxWait: string;
  onConflict: "" | "skip" | "replace" | "cancel_running";
  /** JSON. */
  input: string;
}

export const units = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

export const emptyDraft = (zone: string): Draft => ({
  when: "now",
  at: "",
  zone,
  cron: "0 9 * * MON-FRI",
  every: "5",
  unit: "minutes",
  limit: "",
  until: "",
  overlap: "skip",
  beside: {},
  retries: "",
  timeout: "",
  expires: "",
  labels: "",
  key: "",
  priority: "",
  cache: "",
  sessionTag: "",
  sessionToken: "",
  fairness: "",
  share: "",
  shareKey: "",
  delay: "",
  maxWait: "",
  onConflict: "",
  input: "{}",
});

export interface Place {
  product_tag: string;
  env: string;
  event: string;
}

/** The request for a job. What is not valid stays as it was typed, so that the API says what is wrong and where. */
export function requestOf(place: Place, draft: Draft, input: unknown): Record<string, unknown> {
  const { when, at, zone, retries, timeout, expires, labels, key, priority, fairness, cache } = draft;
  const repeat = repeatOf(draft);
  const time = (local: string) => zonedIso(local, zone) ?? local;
  return withoutEmpty({
    ...place,
    input,
    start_at: when === "now" || at === "" ? undefined : time(at),
    repeat,
    retries: numberOf(retries),
    timeout_ms: secondsOf(timeout),
    expires_at: expires === "" || repeat ? undefined : time(expires),
    labels: labelsOf(labels),
    idempotency_key: key || undefined,
    priority: numberOf(priority),
    cache: cache || undefined,
    session: sessionOf(draft),
    fairness_key: fairness || undefined,
    ...sharingOf(draft),
  });
}

/** Spaces around a token come from copying it. */
function sessionOf({ sessionTag, sessionToken }: Draft): object | undefined {
  const [tag, token] = [sessionTag.trim(), sessionToken.trim()];
  return tag === "" && token === "" ? undefined : { tag, token };
}

/** The fields that make one job of several requests. */
function sharingOf({ share, shareKey, delay, maxWait, onConflict }: Draft): Record<string, unknown> {
  const key = shareKey || undefined;
  if (share === "unique") return { unique: withoutEmpty({ key, on_conflict: onConflict || undefined }) };
  if (share !== "debounce") return {};
  const waits = { delay: delay.trim() || undefined, max_wait: maxWait.trim() || undefined };
  return { debounce: withoutEmpty({ key, ...waits }) };
}

function repeatOf({ when, cron, zone, every, unit, limit, until, overlap, beside }: Draft): object | undefined {
  if (when !== "cron" && when !== "every") return undefined;
  const length = numberOf(every);
  const way =
    when === "cron"
      ? { cron: cron.trim(), tz: zone === "UTC" ? undefined : zone }
      : { every: typeof length === "number" ? length * units[unit] : every };
  const end = until === "" ? undefined : (zonedIso(until, zone) ?? until);
  return withoutEmpty({
    ...way,
    limit: numberOf(limit),
    end_date: end,
    overlap: overlap === "skip" ? undefined : overlap,
    ...beside,
  });
}

const withoutEmpty = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function numberOf(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  return Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed);
}

function secondsOf(text: string): number | string | undefined {
  const seconds = numberOf(text);
  return typeof seconds === "number" ? Math.round(seconds * 1_000) : seconds;
}

function labelsOf(text: string): string[] | undefined {
  const labels = text.split(",").map((label) => label.trim());
  const given = labels.filter((label) => label !== "");
  return given.length > 0 ? given : undefined;
}

/** What to fill in for "again with changes". A time that has passed means now. */
export function draftOf(job: Job, input: string, zone: string, now: number): Draft {
  const {
    repeat,
    scheduled_at,
    labels = [],
    retries,
    timeout_ms,
    expires_at,
    priority,
    fairness_key = "",
    unique,
    cache = "",
    session,
  } = job;
  // A cron without a zone is one of UTC, and the fields have one zone for all of their times.
  const own = repeat?.tz ?? (repeat?.cron === undefined ? zone : "UTC");
  const later = scheduled_at > now && job.status !== "completed";
  return {
    ...emptyDraft(own),
    when: repeat?.cron !== undefined ? "cron" : repeat?.every !== undefined ? "every" : later ? "at" : "now",
    at: !repeat && later ? localOf(scheduled_at, own) : "",
    ...(repeat?.cron !== undefined && { cron: repeat.cron }),
    ...(repeat?.every !== undefined && lengthOf(repeat.every)),
    limit: repeat?.limit === undefined ? "" : String(repeat.limit),
    until: repeat?.end_date === undefined || repeat.end_date <= now ? "" : localOf(repeat.end_date, own),
    overlap: repeat?.overlap ?? "skip",
    beside: repeat ? besideRule(repeat) : {},
    retries: String(retries),
    timeout: String(timeout_ms / 1_000),
    expires: expires_at === undefined || expires_at <= now ? "" : localOf(expires_at, own),
    labels: labels.join(", "),
    priority: priority === undefined ? "" : String(priority),
    cache,
    // The job has not kept its token: a new one is needed.
    sessionTag: session?.tag ?? "",
    // The hash of a long key is short enough to be a key itself, and takes the same turns.
    fairness: fairness_key,
    // The job does not say what its request did about an open one. A hash is not the key that it stands for.
    ...(unique && { share: "unique", shareKey: unique.key.startsWith("sha256-") ? "" : unique.key }),
    input,
  };
}

/** In the largest unit that divides it. */
export function lengthOf(ms: number): Pick<Draft, "every" | "unit"> {
  const names = Object.keys(units).reverse() as Draft["unit"][];
  const unit = names.find((name) => ms % units[name] === 0) ?? "seconds";
  return { every: String(ms / units[unit]), unit };
}

/** In an hour, to the minute, for a time that has not been chosen yet. */
export const inAnHour = (now: number, zone: string): string =>
  localOf(Math.ceil(now / 60_000) * 60_000 + 3_600_000, zone);
