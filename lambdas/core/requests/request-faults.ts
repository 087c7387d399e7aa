import type { Fault } from "../errors.ts";
import { requestLimits } from "../schema/request-limits.ts";
import { dueAt, epochMs, farthestAheadMs } from "../schema/start-time.ts";
import type { JobRequest } from "./job-request.ts";
import { repeatFaults } from "./repeat-request.ts";

/** The fields of a request that say something of each other. One that is no request may lack even `start_at`. */
type Checked = Pick<JobRequest, "repeat" | "expires_at" | "idempotency_key" | "task_token"> & {
  start_at?: JobRequest["start_at"] | undefined;
};

interface OwnFaults {
  /** What forbids the request by now, and did not when it was made: times that have passed. */
  passed: Fault[];
  /** All others, and those that have passed where there is no key: then it is no repetition. */
  faults: Fault[];
}

/** What the schema cannot say of a request, and the catalog need not be asked for. */
export function ownFaults(request: Checked, now: number, headerKey: string | undefined): OwnFaults {
  const { start_at } = request;
  // Nothing can be said of times before or after one that is not known.
  const times = start_at === undefined ? { passed: [], lasting: [] } : timeFaults({ ...request, start_at }, now);
  const passed = (request.idempotency_key ?? headerKey) === undefined ? times.passed : [];
  const others = [...keyFaults(request, headerKey), ...tokenFaults(request)];
  return { passed: times.passed, faults: [...times.lasting, ...passed, ...others] };
}

type Timed = Checked & Pick<JobRequest, "start_at">;

/** Faults of its times: those that it has by now, and those that it had from the beginning. */
function timeFaults(request: Timed, now: number): { passed: Fault[]; lasting: Fault[] } {
  const faults = timeFaultsAt(request, now);
  if (!faults.some(({ pointer }) => passing.includes(pointer))) return { passed: [], lasting: faults };
  // Nothing had passed at its own time, which for "now" may have been any.
  const earlier = timeFaultsAt(request, Math.min(now, epochMs(request.start_at)));
  const isOld = ({ pointer, detail }: Fault) => earlier.some((old) => old.pointer === pointer && old.detail === detail);
  const hasPassed = (fault: Fault) => passing.includes(fault.pointer) && !isOld(fault);
  return { passed: faults.filter(hasPassed), lasting: faults.filter((fault) => !hasPassed(fault)) };
}

const passing = ["/expires_at", "/repeat/end_date"];

const timeFaultsAt = (request: Timed, now: number): Fault[] => [
  ...expiryFaults(request, now),
  ...(request.repeat ? repeatFaults(request.repeat, dueAt(request.start_at, now), now) : []),
];

function expiryFaults(request: Timed, now: number): Fault[] {
  const due = dueAt(request.start_at, now);
  const expires = request.expires_at === undefined ? Number.POSITIVE_INFINITY : epochMs(request.expires_at);
  const farthest = now + farthestAheadMs;
  return [
    ...(due <= farthest ? [] : [{ pointer: "/start_at", detail: "more than 5 years ahead" }]),
    ...(request.expires_at !== undefined && request.repeat
      ? [{ pointer: "/expires_at", detail: "is for one-time jobs; a series ends with repeat.end_date" }]
      : []),
    ...(expires > due ? [] : [{ pointer: "/expires_at", detail: "is not after the time the job starts" }]),
    ...(expires <= farthest || request.expires_at === undefined
      ? []
      : [{ pointer: "/expires_at", detail: "more than 5 years ahead" }]),
  ];
}

function keyFaults(request: Checked, headerKey: string | undefined): Fault[] {
  if (headerKey === undefined) return [];
  const differs = request.idempotency_key !== undefined && request.idempotency_key !== headerKey;
  return [
    ...(differs ? [{ pointer: "/idempotency_key", detail: "differs from the Idempotency-Key header" }] : []),
    ...(headerKey.length <= requestLimits.idempotencyKey && headerKey.length > 0
      ? []
      : [{ pointer: "/idempotency_key", detail: "the Idempotency-Key header has 1 to 255 characters" }]),
  ];
}

function tokenFaults({ task_token, repeat }: Checked): Fault[] {
  if (task_token === undefined || repeat === undefined) return [];
  return [{ pointer: "/task_token", detail: "is for one-time jobs: a task waits for one end, and a series has many" }];
}
