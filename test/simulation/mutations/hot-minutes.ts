import type { Mutation } from "./mutation.ts";

const route = "core/job/route.ts";
const kept = "core/operations/relay.ts";

/** Minutes that hold more jobs than the Scheduler starts or takes. */
export const hotMinutes: Mutation[] = [
  {
    name: "hot minutes: what the Scheduler refuses is not kept",
    seed: 7,
    at: "core/operations/dispatch.ts#scheduleMessage",
    find: "await unscheduled.hold({ type: job.type, group: fairGroupOf(job), message });",
    replace: "void unscheduled;",
  },
  {
    name: "hot minutes: a refusal of the Scheduler refuses the job",
    seed: 16,
    at: "core/operations/dispatch.ts#scheduleMessage",
    find: "!(cause instanceof TransientError)",
    replace: "true",
  },
  {
    name: "hot minutes: kept messages are sent when they are late",
    seed: 52,
    at: `${kept}#sentAheadMs`,
    find: "20 * 60_000",
    replace: "0",
  },
  {
    name: "hot minutes: kept messages are sent in every round",
    seed: 41,
    at: `${kept}#relayKept`,
    find: "if (done.length > 0) await unscheduled.remove(done);",
    replace: "",
  },
  {
    name: "hot minutes: a decision that is out of time keeps a message",
    seed: 2621,
    at: "consumers/engine/within-time.ts#withinTime",
    find: "  unscheduled: guardedPort(services.unscheduled, signal),\n",
    replace: "",
    bug: "the port was added to the services and not to those that end with the attempt",
  },
  {
    name: "hot minutes: the lead grows beyond the time that is left",
    seed: 6,
    at: `${route}#routeAhead`,
    find: "at * 1000 - now < leastAheadMs",
    replace: "at < 0",
  },
  {
    name: "hot minutes: a message that is hours early is sent with a delay of hours",
    at: `${route}#queueDelaySeconds`,
    find: "Math.min(maxQueueDelaySeconds, Math.max(0, Math.floor((dueAt - now) / 1000)))",
    replace: "Math.max(0, Math.floor((dueAt - now) / 1000))",
  },
];
