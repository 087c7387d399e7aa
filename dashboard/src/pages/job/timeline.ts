import type { Job, JobAttempt } from "../../../../sdk/src/index.ts";

/** One attempt on the time axis. Times are epoch milliseconds. */
export interface Bar {
  attempt: number;
  outcome: JobAttempt["outcome"] | "running" | "waiting";
  due: number;
  start?: number;
  end?: number;
  crashes?: number;
  /** What the product's own code has thrown, for keys that may see inputs. */
  thrown?: JobAttempt["thrown"];
  /** What held it back before it started. */
  held?: JobAttempt["held"];
  /** What the provider has answered, for the same keys. */
  answer?: JobAttempt["answer"];
  log?: JobAttempt["log"];
  error?: JobAttempt["error"];
  target?: JobAttempt["target"];
}

type Source = Pick<Job, "attempts" | "status" | "attempt" | "due_at" | "started_at">;

/** The attempts that ended, and the one that runs or waits. */
export function barsOf({ attempts, status, attempt, due_at, started_at }: Source, now: number): Bar[] {
  const ended = attempts.map(
    (one): Bar => ({
      attempt: one.attempt,
      outcome: one.outcome,
      due: one.due_at,
      start: one.started_at,
      end: one.ended_at,
      ...(one.crashes !== undefined && { crashes: one.crashes }),
      ...(one.thrown && { thrown: one.thrown }),
      ...(one.held && { held: one.held }),
      ...(one.answer && { answer: one.answer }),
      ...(one.log && { log: one.log }),
      ...(one.error && { error: one.error }),
      ...(one.target && { target: one.target }),
    }),
  );
  if (status === "running" && started_at !== undefined) {
    return [...ended, { attempt, outcome: "running", due: due_at, start: started_at, end: Math.max(now, started_at) }];
  }
  const waits = status === "scheduled" || status === "queued" || status === "paused";
  return waits ? [...ended, { attempt, outcome: "waiting", due: due_at }] : ended;
}

export interface Axis {
  from: number;
  to: number;
  ticks: { at: number; label: number }[];
}

/** Steps that read well, in milliseconds. */
const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 18e5, 36e5, 216e5, 864e5, 6048e5,
];
const wantedTicks = 5;

/** From when the first attempt was due to when the last one ended or is due. `label` counts from the start. */
export function axisOf(bars: readonly Bar[]): Axis {
  const from = Math.min(...bars.map(({ due, start }) => Math.min(due, start ?? due)));
  const last = Math.max(...bars.map(({ due, end }) => Math.max(due, end ?? due)));
  const to = Math.max(last, from + 1);
  const step = steps.find((one) => (to - from) / one <= wantedTicks) ?? (to - from) / wantedTicks;
  const size = Math.floor((to - from) / step) + 1;
  return { from, to, ticks: Array.from({ length: size }, (_, i) => ({ at: from + i * step, label: i * step })) };
}

/** Where a time is on the axis, 0 to 100. */
export const placeOf = (at: number, { from, to }: Axis): number =>
  Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100));
