import type { Job, JobStep } from "../../../../sdk/src/index.ts";

export type Kind = "job" | "own" | "signal" | "approval" | "sleep" | "list" | "undo";

/** A piece of a row's bar. Times are epoch milliseconds. */
export interface Part {
  /** `queued`: its job was made and does not run. `failed`: an attempt before the latest one. `ran`: the latest one, or own code. */
  is: "queued" | "failed" | "ran" | "waits";
  from: number;
  to: number;
}

/** A step, or the undo of one. */
export interface Row {
  /** What tells it from the others. */
  key: string;
  name: string;
  kind: Kind;
  status: string;
  state: Omit<JobStep, "status">;
  /** In the order of time. Empty if it has not begun. */
  parts: Part[];
  from?: number;
  to?: number;
  /** It has not ended, so that its bar grows. */
  isOpen: boolean;
  /** When a wait ends by itself. */
  until?: number;
}

type Source = Pick<Job, "steps">;
type JobState = Omit<NonNullable<JobStep["undo"]>, "status">;

const open = new Set(["scheduled", "queued", "running", "waiting", "paused", "undoing"]);

/** The rows of a run in the order in which they have begun, and behind them what has not. `now` is where what is open ends for now. */
export function rowsOf({ steps = {} }: Source, now: number): Row[] {
  const begun = beginsOfScopes(steps);
  const rows = Object.entries(steps).flatMap(([key, step]) => {
    const { undo, ...state } = step;
    const row = rowOf({ key, name: key, kind: kindOf(key, step) }, { ...state, ...begun.get(key) }, now);
    if (!undo) return [row];
    const undone = { key: `undo ${key}`, name: `undo ${key}`, kind: "undo" as const };
    return [row, { ...rowOf(undone, undo, now), status: undoStatus(undo.status) }];
  });
  return rows
    .map((row, place) => ({ row, place }))
    .sort((a, b) => inTime(a.row, b.row) || inScope(a.row, b.row) || a.place - b.place)
    .map(({ row }) => row);
}

const inTime = (a: Row, b: Row): number => {
  const [from, other] = [a.from ?? Number.POSITIVE_INFINITY, b.from ?? Number.POSITIVE_INFINITY];
  return from === other ? 0 : from - other;
};

/** A scope stands before what is called in it. */
function inScope({ key: a }: Row, { key: b }: Row): number {
  if (b.startsWith(`${a}/`)) return -1;
  return a.startsWith(`${b}/`) ? 1 : 0;
}

/** A step whose function calls ctx is told of when it ends: it has begun with the first of the calls in it, whose keys begin with its own. */
function beginsOfScopes(steps: Record<string, JobStep>): Map<string, { started_at: number }> {
  const begun = new Map<string, { started_at: number }>();
  for (const [key, { created_at, started_at, finished_at }] of Object.entries(steps)) {
    const at = created_at ?? started_at ?? finished_at;
    for (let end = key.lastIndexOf("/"); end > 0 && at !== undefined; end = key.lastIndexOf("/", end - 1)) {
      const scope = key.slice(0, end);
      if (steps[scope]?.started_at !== undefined || steps[scope]?.job_id !== undefined) continue;
      begun.set(scope, { started_at: Math.min(at, begun.get(scope)?.started_at ?? at) });
    }
  }
  return begun;
}

const isUndo = (key: string) => key.split("/").some((part) => part.startsWith("undo:"));

function kindOf(key: string, { approval, waits_for, until, for_each, job_id }: JobStep): Kind {
  if (approval) return "approval";
  if (waits_for) return "signal";
  if (until !== undefined) return "sleep";
  if (isUndo(key)) return "undo";
  if (for_each) return "list";
  return job_id === undefined ? "own" : "job";
}

/** The status of an undo in words that tell it from that of its step. */
const undoStatus = (status: string): string => {
  if (status === "completed") return "undone";
  return status === "failed" || status === "cancelled" ? "not_undone" : "undoing";
};

function rowOf(
  { key, name, kind }: Pick<Row, "key" | "name" | "kind">,
  { status, ...state }: JobState & { status: string; until?: number },
  now: number,
): Row {
  const isOpen = open.has(status);
  const end = state.finished_at ?? (isOpen ? now : undefined);
  const isWait = state.until !== undefined;
  const parts = end === undefined ? [] : isWait ? waitParts(state, end) : jobParts(state, status, end);
  const [first, last] = [parts[0], parts.at(-1)];
  return {
    ...{ key, name, kind, state, parts, isOpen },
    status: kind === "undo" && isUndo(key) ? undoStatus(status) : status,
    ...(first && last && { from: first.from, to: last.to }),
    ...(state.until !== undefined && { until: state.until }),
  };
}

const waitParts = ({ started_at }: JobState, end: number): Part[] => {
  const from = Math.min(started_at ?? end, end);
  return [{ is: "waits", from, to: end }];
};

function jobParts({ created_at, started_at, earlier_attempts = [] }: JobState, status: string, end: number): Part[] {
  // While it waits for another attempt, the latest start is that of the attempt that failed.
  const lastFailed = earlier_attempts.at(-1);
  const runs = started_at !== undefined && (!lastFailed || started_at >= lastFailed.ended_at);
  const ran: Part[] = [
    ...earlier_attempts.map((one): Part => ({ is: "failed", from: one.started_at, to: one.ended_at })),
    ...(runs ? [{ is: "ran" as const, from: started_at, to: end }] : []),
  ];
  const begun = created_at ?? ran[0]?.from ?? end;
  const parts: Part[] = [];
  let at = begun;
  for (const part of ran) {
    if (part.from > at) parts.push({ is: "queued", from: at, to: part.from });
    // The clocks of two functions may differ by a little.
    const from = Math.max(at, part.from);
    parts.push({ ...part, from, to: Math.max(from, part.to) });
    at = Math.max(from, part.to);
  }
  if (!runs && end > at) parts.push({ is: "queued", from: at, to: end });
  // Own code of which only the end is known, or what was refused at once.
  if (parts.length === 0) parts.push({ is: status === "queued" ? "queued" : "ran", from: end, to: end });
  return parts;
}

/** How long it has run, or waited; undefined if it has not begun. */
export const tookOf = ({ from, to, parts }: Row): number | undefined => {
  const ran = parts.find(({ is }) => is !== "queued");
  return to === undefined || from === undefined ? undefined : to - (ran?.from ?? from);
};

/** How long it has waited for a consumer or a limit before it first ran. */
export const queuedOf = ({ parts }: Row): number | undefined => {
  const [first] = parts;
  return first?.is === "queued" ? first.to - first.from : undefined;
};
