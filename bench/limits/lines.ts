import { duration, table } from "../part.ts";
import type { Due, LineRun } from "./line-world.ts";
import { type Gaps, gapsOf, mostIn, usedShare } from "./measures.ts";

/** A line of a rate: so many jobs that are due at one moment, and so many that may start a second. */
export interface RateCase {
  perSecond: number;
  jobs: number;
  /** How late the messages of jobs come, in milliseconds; and of ticks. */
  lateMs: number;
  ticksLateMs?: number;
}

/** A line for slots: jobs that take a time each, and so many of which run at once. */
export interface SlotCase {
  slots: number;
  jobs: number;
  takesMs: number;
  lateMs: number;
}

export const dueAtOnce = (jobs: number): Due[] => Array.from({ length: jobs }, () => ({ key: "0", offsetMs: 0 }));

export interface RateResult {
  one: RateCase;
  used: number;
  /** Most starts within a second. */
  most: number;
  /** When the last job started, after all were due, in milliseconds. */
  endMs: number;
  run: LineRun;
}

export function rateResult(one: RateCase, run: LineRun): RateResult {
  const { from, ran } = run;
  const starts = ran.map(({ start }) => start).sort((a, b) => a - b);
  const intervalMs = 1000 / one.perSecond;
  const used = usedShare(starts, { from, intervalMs, lateMs: one.lateMs });
  return { one, used, most: mostIn(starts, 1000), endMs: (starts.at(-1) ?? from) - from, run };
}

export interface SlotResult {
  one: SlotCase;
  gaps: Gaps;
  /** When the last job started, after all were due, in milliseconds. */
  endMs: number;
  run: LineRun;
}

export const slotResult = (one: SlotCase, run: LineRun): SlotResult => ({
  one,
  gaps: gapsOf(run.ran, one.slots),
  endMs: Math.max(...run.ran.map(({ start }) => start)) - run.from,
  run,
});

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
export const percent = (share: number): string => `${Math.round(100 * share)} %`;
const perJob = (count: number, jobs: number): string => (count / jobs).toFixed(2);

const lateness = ({ lateMs, ticksLateMs = 0 }: RateCase): string => {
  if (lateMs === 0) return "in time";
  return `${seconds(lateMs)} late${ticksLateMs > 0 ? ", ticks too" : ""}`;
};

export const rateName = (one: RateCase): string =>
  `${one.jobs.toLocaleString("en-US")} jobs at ${one.perSecond} a second, messages ${lateness(one)}`;

export const slotName = ({ slots, jobs, takesMs, lateMs }: SlotCase): string =>
  `${jobs.toLocaleString("en-US")} jobs of ${duration(takesMs)} in ${slots === 1 ? "1 slot" : `${slots} slots`}, messages ${lateness({ lateMs } as RateCase)}`;

/** One table for lines of both kinds. */
export const linesTable = (rates: readonly RateResult[], slots: readonly SlotResult[]): string =>
  table(
    [
      "a line of",
      "of its rate",
      "most in a second",
      "ends after",
      "slot free to start, half",
      "99 of 100",
      "writes a job",
      "messages a job",
      "ticks a job",
    ],
    [
      ...rates.map(({ one, used, most, endMs, run }) => [
        rateName(one),
        percent(used),
        `${most} (${one.perSecond})`,
        `${seconds(endMs)} (${seconds(((one.jobs - 1) * 1000) / one.perSecond)})`,
        "",
        "",
        ...counted(run, one.jobs),
      ]),
      ...slots.map(({ one, gaps, endMs, run }) => [
        slotName(one),
        "",
        "",
        `${seconds(endMs)} (${seconds((one.jobs / one.slots - 1) * one.takesMs)})`,
        duration(gaps.half),
        duration(gaps.most),
        ...counted(run, one.jobs),
      ]),
    ],
  );

const counted = ({ writes, messages }: LineRun, jobs: number): string[] => [
  perJob(writes, jobs),
  perJob(messages.jobs, jobs),
  perJob(messages.ticks, jobs),
];

export const columns = [
  "Of its rate: how much of it was used while the line lasted, from three lags after the jobs were due. Ends: the last start after the jobs were due, with when a rate or slots that are used",
  "to the full would have come there. Writes: those of gates and lines, which are what the limit adds. Messages: those of jobs, of which each has one anyway.",
].join("\n");
