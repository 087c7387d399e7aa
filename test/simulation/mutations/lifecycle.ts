import type { Mutation } from "./mutation.ts";

const happened = "lifecycle/happened.ts";
const handle = "lifecycle/handle.ts";

/** What leaves the system: events, webhooks, task answers and counters, and what AWS permanently refuses. */
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
    at: "lifecycle/counts.ts#countsOf",
    find: "counts[name] = 1",
    replace: "counts[name] = 2",
  },
  {
    name: "lifecycle: tasks are not answered",
    at: `${handle}#handleAll`,
    find: "enqueueTaskOutcomes(services, happened),",
    replace: "",
  },
  {
    name: "lifecycle: webhooks are not sent",
    at: `${handle}#handleAll`,
    find: "enqueueDeliveries(services, happened),",
    replace: "",
  },
  {
    name: "lifecycle: republishes events while an earlier one fails",
    at: "lifecycle/publish.ts#publish",
    find: ".filter(({ name }) => !told.has(name))",
    replace: "",
    bug: "while the bus refused an event, the later ones in the stream were published again each time",
  },
  {
    name: "refused permanently: an event is sent endlessly",
    at: `${happened}#settle`,
    find: "untaken.filter((one) => !one.permanent || unkept.has(refused.indexOf(one)))",
    replace: "untaken",
    bug: "an event that EventBridge permanently refused stopped the statistics, webhooks and task answers of all products",
  },
  {
    name: "refused permanently: a message to a queue is sent endlessly",
    at: `${happened}#enqueue`,
    find: "permanent: cause instanceof PermanentError,",
    replace: "permanent: false,",
    bug: "a message with U+FFFF, which SQS permanently refuses, stopped the table's stream for twelve hours",
  },
  {
    name: "refused permanently: a write that the code cannot handle blocks the later ones",
    at: `${handle}#handleChanges`,
    find: "return await handleEach(services, changes);",
    replace: "throw error;",
    bug: "a write on which the code threw was redelivered until it left the stream",
  },
  {
    name: "refused permanently: is kept nowhere",
    at: "core/outbound/set-aside.ts#setAside",
    find: "if (letters.length === 0) return new Set();",
    replace: "return new Set();",
  },
  {
    name: "refused temporarily: is set aside",
    at: `${happened}#settle`,
    find: "untaken.filter(({ permanent }) => permanent)",
    replace: "[...untaken]",
  },
];
