import type { Mutation } from "./mutation.ts";

const sync = "core/operations/sync-schedule.ts";
const follow = "reconciler/follow-schedules.ts";

/** The schedules of the catalog, which deployments change. The seeds are those of histories with deployments. */
export const schedules: Mutation[] = [
  {
    name: "schedules: a job that is changed keeps its number of retries",
    seed: 54,
    at: `${sync}#redefined`,
    find: "...runFields(job),",
    replace: "...runFields(job), retries: job.retries,",
  },
  {
    name: "schedules: a job that is changed keeps its limits",
    seed: 54,
    at: `${sync}#redefined`,
    find: "...runFields(job),",
    replace: "...runFields(job), gates: job.gates,",
  },
  {
    name: "schedules: a job whose series is another one keeps its time",
    seed: 54,
    at: `${sync}#redefined`,
    find: "isOnTime(job, next.repeat, calendars)",
    replace: "true",
  },
  {
    name: "schedules: what has left the catalog stays",
    seed: 54,
    at: `${follow}#followSchedules`,
    find: "known.filter((id) => !ids.has(id))",
    replace: "known.filter(() => false)",
  },
  {
    name: "schedules: a job is not on the list before it is made",
    seed: 118,
    at: `${follow}#followSchedules`,
    find: "[...new Set([...known, ...ids])]",
    replace: "[...known]",
  },
  {
    name: "schedules: what could not be done counts as done",
    seed: 54,
    at: `${follow}#followSchedules`,
    find: "if (!(await trySync(services, job_id, work))) isRepeated = true;",
    replace: "await trySync(services, job_id, work);",
  },
  {
    name: "schedules: a run that has begun counts as changed",
    seed: 182,
    at: `${follow}#followSchedules`,
    find: '!== "busy"',
    replace: '!== "never"',
  },
  {
    name: "schedules: a job that has ended is left as it is",
    seed: 54,
    at: `${sync}#syncSchedule`,
    find: "driftOf(job, wanted).length === 0",
    replace: "(isFinished(job) || driftOf(job, wanted).length === 0)",
  },
];
