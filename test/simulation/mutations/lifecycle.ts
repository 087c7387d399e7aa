import type { Mutation } from "./mutation.ts";

const emit = "lifecycle/emit.ts";
const handle = "lifecycle/handle.ts";

/** What leaves the system: events, webhooks, task outcomes and counters, and what AWS refuses permanently. */
export const lifecycle: Mutation[] = [
  {
    name: "lifecycle: retries are not published",
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
    at: "lifecycle/counts.ts#transitionCounts",
    find: "counts[name] = 1",
    replace: "counts[name] = 2",
  },
  {
    name: "lifecycle: no task outcomes are sent",
    at: `${handle}#handleAll`,
    find: "enqueueTaskOutcomes(services, effects),",
    replace: "",
  },
  {
    name: "lifecycle: no webhooks are sent",
    at: `${handle}#handleAll`,
    find: "enqueueDeliveries(services, effects),",
    replace: "",
  },
  {
    name: "lifecycle: repeats what it published while an earlier change fails",
    at: "lifecycle/publish.ts#publish",
    find: ".filter(({ key }) => !recentlySent.has(key))",
    replace: "",
    bug: "while the bus refused an event, everything behind it in the stream was published again with each delivery",
  },
  {
    name: "refused permanently: an event is sent endlessly",
    seed: 77,
    at: `${emit}#recordResults`,
    find: "failures.filter((one) => !one.permanent || notKept.has(refused.indexOf(one)))",
    replace: "failures",
    bug: "an event that EventBridge refused permanently stopped the statistics, webhooks and task outcomes of all products",
  },
  {
    name: "refused permanently: a message to a queue is sent endlessly",
    seed: 77,
    at: `${emit}#enqueue`,
    find: "permanent: cause instanceof PermanentError,",
    replace: "permanent: false,",
    bug: "a message with U+FFFF, which SQS refuses permanently, stopped the table's stream for twelve hours",
  },
  {
    name: "refused permanently: a write that the code cannot handle blocks the later ones",
    seed: 77,
    at: `${handle}#handleChanges`,
    find: "return await handleEach(services, changes);",
    replace: "throw error;",
    bug: "a write at which the code threw was redelivered until the stream dropped it",
  },
  {
    name: "refused permanently: no dead letter is kept",
    at: "core/outbound/set-aside.ts#setAside",
    find: "if (letters.length === 0) return new Set();",
    replace: "return new Set();",
  },
  {
    name: "refused temporarily: a dead letter is kept",
    at: `${emit}#recordResults`,
    find: "failures.filter(({ permanent }) => permanent)",
    replace: "[...failures]",
  },
];
