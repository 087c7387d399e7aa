import type { Calendars } from "../job/series/calendars.ts";
import type { Fault } from "../kernel/errors.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { dueAt, epochMs, farthestAheadMs } from "../kernel/start-time.ts";
import type { JobRequest } from "./job-request.ts";
import { type Asked, repeatFaults } from "./repeat-request.ts";

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
export function ownFaults(
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
  const others = [...keyFaults(request, headerKey), ...tokenFaults(request)];
  return { passed: times.passed, faults: [...times.lasting, ...passed, ...others] };
}

type Timed = Checked & Pick<JobRequest, "start_at">;

/** The faults of a request's times: those of times that have passed since it was made, and those that it had from the beginning. */
function timeFaults(request: Timed, { now, calendars }: Asked): { passed: Fault[]; lasting: Fault[] } {
  const faults = timeFaultsAt(request, { now, calendars });
  if (!faults.some(({ pointer }) => passing.includes(pointer))) return { passed: [], lasting: faults };
  // A fault that the request already had at its own start time has not come with time. A start of 0 stands for any time.
  const earlier = timeFaultsAt(request, { now: Math.min(now, epochMs(request.start_at)), calendars });
  const isOld = ({ pointer, detail }: Fault) => earlier.some((old) => old.pointer === pointer && old.detail === detail);
  const hasPassed = (fault: Fault) => passing.includes(fault.pointer) && !isOld(fault);
  return { passed: faults.filter(hasPassed), lasting: faults.filter((fault) => !hasPassed(fault)) };
}

const passing = ["/expires_at", "/repeat/end_date"];

const timeFaultsAt = (request: Timed, asked: Asked): Fault[] => [
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

function keyFaults(request: Checked, headerKey: string | undefined): Fault[] {
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
