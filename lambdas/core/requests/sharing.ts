import { defaultMaxWaits } from "../catalog/sharing-fields.ts";
import { type KeySource, keyOrFault, keyText } from "../expressions/keys.ts";
import type { Debouncing, Uniqueness } from "../job/shared-key.ts";
import { durationMs } from "../kernel/duration-ms.ts";
import type { Fault } from "../kernel/errors.ts";
import { epochMs } from "../kernel/start-time.ts";
import type { JobRequest } from "./job-request.ts";

/** The fields that decide whether a request shares a job with other requests of its key. */
type SharingRequest = Pick<JobRequest, "debounce" | "unique" | "repeat" | "expires_at" | "task_token"> & {
  start_at: number | string;
};

interface Sharing {
  debounce?: Debouncing;
  unique?: Uniqueness;
  faults: Fault[];
  /** The faults that a request may only have because time has passed since it was made. */
  passed: Fault[];
}

export const noSharing: Sharing = { faults: [], passed: [] };

/** What `debounce` and `unique` of a request and of its event come to: a field of the request wins over that of the event. */
export function sharingOf(request: SharingRequest, source: KeySource, now: number): Sharing {
  const { event } = source.found;
  const hasDebounce = (request.debounce ?? event.debounce) !== undefined;
  const hasUnique = (request.unique ?? event.unique) !== undefined;
  if (hasDebounce && hasUnique) {
    const field = request.unique === undefined ? "debounce" : "unique";
    return { ...noSharing, faults: [{ pointer: `/${field}`, detail: bothDetail }] };
  }
  if (hasDebounce) return debouncing(request, source, now);
  return hasUnique ? uniqueness(request, source) : noSharing;
}

/** Why one job cannot have both; the catalog refuses it too. */
export const bothDetail =
  "takes either debounce or unique: a debounced job is the only one of its key that waits, a unique one the only one that has not ended";

function debouncing(request: SharingRequest, source: KeySource, now: number): Sharing {
  const { event } = source.found;
  const { delay: written, max_wait: most } = { ...event.debounce, ...withoutUndefined(request.debounce) };
  if (written === undefined) {
    return { ...noSharing, faults: [{ pointer: "/debounce/delay", detail: "is required: the event has none" }] };
  }
  const delay = durationMs(written);
  const max_wait = most === undefined ? defaultMaxWaits * delay : durationMs(most);
  const keyed = keyOfRequest("debounce", request, source);
  const faults = [
    ...("key" in keyed ? [] : [keyed]),
    ...(max_wait < delay ? [{ pointer: waitPlace(request), detail: shorterDetail }] : []),
    ...startFaults(request, now),
    ...seriesFaults(request),
    ...taskFaults(request),
  ];
  const passed = sharedExpiryFaults(request, now + delay);
  return "key" in keyed ? { debounce: { key: keyed.key, delay, max_wait }, faults, passed } : { faults, passed };
}

export const shorterDetail = "must be at least as long as the delay";

/** Where the request can change a wait that is too short. */
const waitPlace = ({ debounce }: SharingRequest) =>
  debounce?.max_wait === undefined ? "/debounce/delay" : "/debounce/max_wait";

const seriesFaults = ({ repeat, debounce }: SharingRequest): Fault[] => {
  if (repeat === undefined) return [];
  return debounce === undefined
    ? [{ pointer: "/repeat", detail: "does not go with an event that is debounced: a series has its own times" }]
    : [{ pointer: "/debounce", detail: "applies to one-time jobs only: a series has its own times" }];
};

const startFaults = ({ start_at }: SharingRequest, now: number): Fault[] =>
  epochMs(start_at) <= now
    ? []
    : [{ pointer: "/start_at", detail: "must be left out: a debounced job starts its delay after the last request" }];

const sharedExpiryFaults = ({ expires_at }: SharingRequest, due: number): Fault[] =>
  expires_at === undefined || epochMs(expires_at) > due
    ? []
    : [{ pointer: "/expires_at", detail: "must be later than the delay of the debounced job" }];

/** A job answers few tasks, and any number of requests may come to share it. */
const taskFaults = ({ task_token }: SharingRequest): Fault[] =>
  task_token === undefined
    ? []
    : [{ pointer: "/task_token", detail: "needs a job of its own: this request may get the job of another one" }];

function uniqueness(request: SharingRequest, source: KeySource): Sharing {
  const { event } = source.found;
  const keyed = keyOfRequest("unique", request, source);
  const on_conflict = request.unique?.on_conflict ?? event.unique?.on_conflict ?? "skip";
  const faults = [...("key" in keyed ? [] : [keyed]), ...(on_conflict === "skip" ? taskFaults(request) : [])];
  return "key" in keyed ? { ...noSharing, unique: { key: keyed.key, on_conflict }, faults } : { ...noSharing, faults };
}

/** A request has its key as plain text, an event as an expression. With neither, all requests of the event share one key. */
function keyOfRequest(field: "debounce" | "unique", request: SharingRequest, source: KeySource) {
  const own = request[field]?.key;
  if (own !== undefined) return { key: keyText(own) };
  const expression = source.found.event[field]?.key;
  return expression === undefined ? { key: "" } : keyOrFault(expression, source, `\`${field}\``);
}

const withoutUndefined = <T extends object>(fields: T | undefined): Partial<T> =>
  Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
