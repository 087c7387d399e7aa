import type { JobFilter, JobStatus, OperationRequest } from "../../../../sdk/src/index.ts";
import { changeable } from "../../operation/changeable.ts";
import { mostPerSecond, wholeOf } from "../../operation/states.ts";

export const bulkActions = ["retry", "cancel", "reschedule", "run-now", "pause", "resume", "delete"] as const;
export type BulkId = (typeof bulkActions)[number];

/** Which jobs a change is of, the value that they have included. */
export type BulkFilter = OperationRequest["filter"];

/**
 * What a change of all jobs of a filter would touch: those whose status allows it. Undefined if none can be. Pausing takes series only.
 */
export function bulkFilter(action: BulkId, filter: Partial<JobFilter>): Partial<JobFilter> | undefined {
  const wanted = filter.status === undefined ? undefined : [filter.status].flat();
  const status: JobStatus[] = changeable[action].filter((one) => wanted?.includes(one) ?? true);
  if (status.length === 0) return undefined;
  if (action !== "pause") return { ...filter, status };
  return filter.recurring === false ? undefined : { ...filter, status, recurring: true };
}

/** What one most likely comes for, first: what repairs before what takes away. Pausing is for series only. */
const likely: readonly BulkId[] = ["retry", "resume", "pause", "cancel", "delete"];

/** The change that a change of these jobs begins with: the first that some of them may allow. */
export const firstChange = (filter: Partial<JobFilter>): BulkId =>
  likely.find((id) => (id !== "pause" || filter.recurring === true) && bulkFilter(id, filter) !== undefined) ??
  "cancel";

/** Whether it makes runs begin soon, so that a few of them say how the others will fare. */
export const startsRuns = (action: BulkId): boolean => action === "retry" || action === "run-now";

/** The form, as it is typed. */
export interface BulkDraft {
  action: BulkId;
  reason: string;
  /** When the first job is due that is moved: epoch milliseconds, undefined while the field has no time. */
  start_at: number | undefined;
  rate: string;
  /** Whether a few jobs are changed first, where the action allows it. */
  tries: boolean;
  first: string;
  minutes: string;
  failures: string;
}

export const draftOf = (filter: Partial<JobFilter>, start_at: number): BulkDraft => ({
  action: firstChange(filter),
  reason: "",
  start_at,
  rate: "10",
  tries: true,
  first: "10",
  minutes: "10",
  failures: "0",
});

export const bulkLimits = { reason: 200, perSecond: mostPerSecond, first: 10, minutes: 24 * 60 };

type Field = "reason" | "start_at" | "rate" | "first" | "minutes" | "failures" | "filter";

/** The fields that ask for nothing that the API would take. */
export function faultsOf(draft: BulkDraft, filter: Partial<JobFilter>): Field[] {
  const { action, reason, start_at, rate, tries, first, minutes, failures } = draft;
  const triesFirst = tries && startsRuns(action);
  const wrong: [Field, boolean][] = [
    ["filter", bulkFilter(action, filter) === undefined],
    ["reason", reason.trim() === "" || reason.trim().length > bulkLimits.reason],
    ["start_at", action === "reschedule" && start_at === undefined],
    ["rate", wholeOf(rate, 1, bulkLimits.perSecond) === undefined],
    ["first", triesFirst && wholeOf(first, 1, bulkLimits.first) === undefined],
    ["minutes", triesFirst && wholeOf(minutes, 1, bulkLimits.minutes) === undefined],
    ["failures", triesFirst && wholeOf(failures, 0, bulkLimits.first - 1) === undefined],
  ];
  return wrong.filter(([, is]) => is).map(([field]) => field);
}

export type BulkOperation = OperationRequest;

/** The operation that a form asks for; undefined while a field is wrong. */
export function operationIn(draft: BulkDraft, filter: BulkFilter): BulkOperation | undefined {
  if (faultsOf(draft, filter).length > 0) return undefined;
  const { action, reason, start_at, rate, tries, first, minutes, failures } = draft;
  return {
    action,
    filter: bulkFilter(action, filter) as BulkFilter,
    reason: reason.trim(),
    rate_per_second: Number(rate),
    ...(action === "reschedule" && { start_at }),
    ...(tries &&
      startsRuns(action) && {
        canary: { count: Number(first), for: `${Number(minutes)}m`, max_failures: Number(failures) },
      }),
  };
}
