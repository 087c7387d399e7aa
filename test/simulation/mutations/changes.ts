import type { Mutation } from "./mutation.ts";

const change = "core/operations/change-job.ts";

/** What callers change: cancel, pause, resume, reschedule, retry, run now. */
export const changes: Mutation[] = [
  {
    name: "change: asked for again it is not dispatched",
    seed: 300,
    at: `${change}#rewrite`,
    find: `job.status === "cancelled" || isWaiting(job)`,
    replace: `job.status === "cancelled"`,
    bug: "a job was run now, SQS refused it, and the caller who repeated the request got the answer that it runs",
  },
  {
    name: "change: its schedule stays",
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
    name: "reschedule: only what is due moves",
    at: `${change}#reschedule`,
    find: "due_at: at, scheduled_at: at, status",
    replace: "due_at: at, status",
  },
  {
    name: "reschedule: what is paused goes on",
    seed: 130,
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
    name: "resume: of a job that has finished",
    seed: 540,
    at: `${change}#resume`,
    find: "isFinished(job) || !job.repeat",
    replace: "!job.repeat",
    bug: "resume changed a job that had finished while its pause was pending",
  },
  {
    name: "resume: makes up for what was missed",
    seed: 28,
    at: `${change}#resume`,
    find: "job.scheduled_at > now ? job.scheduled_at : nextOccurrence(job.repeat, now)",
    replace: "job.scheduled_at",
  },
  {
    name: "pause: of a run that is under way",
    seed: 36,
    at: `${change}#pause`,
    find: `job.status === "running" || job.attempt > 1`,
    replace: "job.attempt > 1",
  },
  {
    name: "cancel: a feature's steps go on",
    seed: 51,
    at: `${change}#dispatchFollowUps`,
    find: `job.status === "cancelled"`,
    replace: `job.id === ""`,
  },
  {
    name: "cancel: a step does not ask for its feature",
    at: "consumers/engine/attempt.ts#endWithoutStart",
    find: "await endedParentOf(services, job)",
    replace: "await Promise.resolve(undefined)",
    bug: "a step that a decider had created before it died ran although its feature was cancelled",
  },
  {
    name: "cancel: asked for again, it does not wake the feature",
    seed: 3001,
    at: `${change}#rewrite`,
    find: "await dispatchFollowUps(services, job);",
    replace: "await dispatchFollowUps(services, { ...job, parent: undefined });",
    bug: "a step's cancellation that died before it woke its feature was not repeated by the next one either",
  },
  {
    name: "cancel: a step is one of any feature that has the id of its own",
    seed: 388,
    at: "core/operations/parent-guard.ts#endedParentOf",
    find: "found && isStepOf(step, found) ? found : undefined",
    replace: "found",
    bug: "a step of a deleted feature ran for the next one that had its idempotency key",
  },
];
