import type { Mutation } from "./mutation.ts";

const change = "core/operations/change-job.ts";

/** Changes by callers: cancel, pause, resume, reschedule, retry, run now. */
export const changes: Mutation[] = [
  {
    name: "change: a repeated request does not dispatch",
    seed: 300,
    at: `${change}#rewrite`,
    find: `job.status === "cancelled" || isWaiting(job)`,
    replace: `job.status === "cancelled"`,
    bug: "SQS refused a job that was to run now, and the caller that repeated the request was answered as if it ran",
  },
  {
    name: "change: the old schedule is not deleted",
    at: `${change}#unschedule`,
    find: `before.status === "scheduled" && moved`,
    replace: "moved && !before",
  },
  {
    name: "change: cancelling never takes effect",
    at: "core/job/transitions.ts#cancelled",
    find: ": { ...job, version: job.version + 1 };",
    replace: ": job;",
  },
  {
    name: "change: a failed job cannot be retried",
    at: `${change}#retry`,
    find: `job.status !== "failed"`,
    replace: "isFinished(job)",
  },
  {
    name: "reschedule: due_at moves without scheduled_at",
    at: `${change}#reschedule`,
    find: "scheduled_at: at,",
    replace: "",
  },
  {
    name: "reschedule: a paused job is resumed",
    seed: 237,
    at: `${change}#reschedule`,
    find: `job.status === "paused" ? "paused" : waiting(at, now)`,
    replace: "waiting(at, now)",
  },
  {
    name: "reschedule: past the end of the series",
    seed: 530,
    at: `${change}#reschedule`,
    find: "due_at > (series?.end_date ?? Number.POSITIVE_INFINITY)",
    replace: "due_at === -1",
    bug: "a run was moved past its series' end date",
  },
  {
    name: "resume: a finished job is changed",
    seed: 540,
    at: `${change}#resume`,
    find: "isFinished(job) || !job.repeat",
    replace: "!job.repeat",
    bug: "resume changed a job that had finished while its pause was pending",
  },
  {
    name: "resume: missed occurrences are run",
    seed: 101,
    at: `${change}#resume`,
    find: "job.scheduled_at > now ? job.scheduled_at : nextOccurrence(job.repeat, now, calendars)",
    replace: "job.scheduled_at",
  },
  {
    name: "pause: a running job is paused at once",
    seed: 36,
    at: `${change}#pause`,
    find: "hasBegun(job)",
    replace: `hasBegun(job) && job.status !== "running"`,
  },
  {
    name: "cancel: a feature's steps continue",
    seed: 51,
    at: `${change}#dispatchFollowUps`,
    find: `job.status === "cancelled"`,
    replace: `job.id === ""`,
  },
  {
    name: "cancel: a step does not check its feature",
    at: "consumers/engine/attempt.ts#endWithoutStart",
    find: "await endedParentOf(services, job)",
    replace: "await Promise.resolve(undefined)",
    bug: "a step that a decider had created before it died ran although its feature was cancelled",
  },
  {
    name: "cancel: a repeated request does not wake the feature",
    seed: 635,
    at: `${change}#rewrite`,
    find: "await dispatchFollowUps(services, job);",
    replace: "await dispatchFollowUps(services, { ...job, parent: undefined });",
    bug: "a step's cancellation that died before it woke its feature was not repeated by the next one either",
  },
  {
    name: "cancel: a step belongs to any feature with its feature's id",
    seed: 682,
    at: "core/operations/parent-guard.ts#endedParentOf",
    find: "found && isStepOf(step, found) ? found : undefined",
    replace: "found",
    bug: "a step of a deleted feature ran for the next one that had its idempotency key",
  },
];
