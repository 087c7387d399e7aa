import type { Mutation } from "./mutation.ts";

const emit = "lifecycle/emit.ts";
const handle = "lifecycle/handle.ts";

/** What leaves the system: events, webhooks, task answers and counters, and what AWS refuses for good. */
export const lifecycle: Mutation[] = [
  {
    name: "lifecycle: loses retries",
    at: "lifecycle/events.ts#endings",
    find: `ended?.outcome === "failed"`,
    replace: `ended?.outcome === "completed"`,
  },
  {
    name: "lifecycle: reports each claim as a start",
    at: "lifecycle/events.ts#beginnings",
    find: `after.status === "running" && before.status !== "running"`,
    replace: `after.status === "running"`,
  },
  {
    name: "lifecycle: counts a run twice",
    at: "lifecycle/counts.ts#countsOf",
    find: "counts[name] = 1",
    replace: "counts[name] = 2",
  },
  {
    name: "lifecycle: tasks are not answered",
    at: `${handle}#handleAll`,
    find: "enqueueTaskOutcomes(services, effects),",
    replace: "",
  },
  {
    name: "lifecycle: webhooks are not sent",
    at: `${handle}#handleAll`,
    find: "enqueueDeliveries(services, effects),",
    replace: "",
  },
  {
    name: "lifecycle: publishes again what it has published, while something before it fails",
    at: "lifecycle/publish.ts#publish",
    find: ".filter(({ key }) => !recentlySent.has(key))",
    replace: "",
    bug: "while the bus refused an event, what came after it in the stream was published again each time",
  },
  {
    name: "refused for good: an event is sent for ever",
    at: `${emit}#recordResults`,
    find: "failures.filter((one) => !one.permanent || notKept.has(refused.indexOf(one)))",
    replace: "failures",
    bug: "an event that EventBridge refused for good stopped the statistics, webhooks and task answers of all products",
  },
  {
    name: "refused for good: a message to a queue is sent for ever",
    at: `${emit}#enqueue`,
    find: "permanent: cause instanceof PermanentError,",
    replace: "permanent: false,",
    bug: "a message with U+FFFF, which SQS refuses for good, stopped the table's stream for twelve hours",
  },
  {
    name: "refused for good: a write that the code cannot handle holds up those behind it",
    at: `${handle}#handleChanges`,
    find: "return await handleEach(services, changes);",
    replace: "throw error;",
    bug: "a write at which the code threw came again until the stream had forgotten it",
  },
  {
    name: "refused for good: is kept nowhere",
    at: "core/outbound/set-aside.ts#setAside",
    find: "if (letters.length === 0) return new Set();",
    replace: "return new Set();",
  },
  {
    name: "refused for now: is set aside",
    at: `${emit}#recordResults`,
    find: "failures.filter(({ permanent }) => permanent)",
    replace: "[...failures]",
  },
];
