import type { Mutation } from "./mutation.ts";

const rules = "core/job/series.ts";

/** Recurring jobs. */
export const series: Mutation[] = [
  {
    name: "series: a run is not archived",
    at: "consumers/engine/record.ts#recordOutcome",
    find: "if (series) await repeating(() => jobs.archive(series.run));",
    replace: "",
  },
  {
    name: "series: the archive has another end time",
    at: `${rules}#runRecordOf`,
    find: "job.finished_at ?? job.due_at",
    replace: "job.due_at",
  },
  {
    name: "series: run numbers have a gap",
    at: `${rules}#continued`,
    find: "ended.run + 1",
    replace: "ended.run + 2",
  },
  {
    name: "series: runs beyond its limit",
    at: `${rules}#plannedAfter`,
    find: "runsLeft(job) < 1",
    replace: "runsLeft(job) < 0",
  },
  {
    name: "series: drifts",
    at: "core/job/series.ts#nextByInterval",
    find: "anchor + (Math.floor((after - anchor) / every) + 1) * every",
    replace: "after + every",
  },
  {
    name: "series: ends with a run that failed",
    at: `${rules}#isRunOver`,
    find: "isFinished(job) && ",
    replace: `job.status !== "failed" && isFinished(job) && `,
  },
  {
    name: "series: missed occurrences are skipped",
    seed: 18,
    at: `${rules}#plannedAfter`,
    find: `if (isMissed || repeat.overlap === "queue") return catchingUp(repeat, at, now);`,
    replace: "",
  },
  {
    name: "pause: the next run starts nevertheless",
    seed: 323,
    at: `${rules}#withRun`,
    find: `pause_requested ? "paused" : waiting(at, now)`,
    replace: "waiting(at, now)",
  },
  {
    name: "missed: occurrences that are to run each are left out",
    seed: 181,
    at: `${rules}#plannedAfter`,
    find: `repeat.missed === "all" &&`,
    replace: `repeat.missed === "skip" &&`,
  },
  {
    name: "missed: a run that is too late starts",
    seed: 67,
    at: `${rules}#skipReason`,
    find: "plannedStartOf(job, now) > latestStartOf(job)",
    replace: "plannedStartOf(job, now) > latestStartOf(job) + 9 * maxLateness(repeat)",
  },
  {
    name: "missed: the run after a late one is as late",
    seed: 57,
    at: `${rules}#lateMargin`,
    find: "Math.min(mostMarginMs, maxLateness(repeat) / 2)",
    replace: "0",
    bug: "a frequent series that was behind planned what was late before it could start, for ever",
  },
  {
    name: "missed: a run that was skipped counts towards the limit",
    seed: 35,
    at: `${rules}#runsLeft`,
    find: "limit - run + skipped_runs",
    replace: "limit - run",
  },
  {
    name: "except: a run is planned for an excepted day",
    seed: 77,
    at: "core/job/series.ts#nextOpen",
    find: "next === undefined ? undefined : closed(next)",
    replace: "undefined",
  },
  {
    name: "spread: runs drift by the offset",
    seed: 1050,
    at: "core/job/series.ts#nextOccurrence",
    find: "after - offset_ms",
    replace: "after",
  },
  {
    name: "cancel_previous: the next run is not sent ahead",
    seed: 224,
    at: "consumers/engine/lists.ts#around",
    find: "sendAhead,",
    replace: "",
  },
  {
    name: "cancel_previous: the archive has an outcome that was not accepted",
    seed: 31,
    at: "consumers/engine/successor/successor.ts#endRunning",
    find: `if ((await services.jobs.replace(taken)) === "lost") return undefined;`,
    replace: "",
    also: [
      {
        at: "consumers/engine/successor/successor.ts#endRunning",
        find: "recordOutcome(services, taken,",
        replace: "recordOutcome(services, job,",
      },
    ],
  },
];
