import type { Mutation } from "./mutation.ts";

const gate = "core/limits/gate.ts";
const pump = "core/limits/pump.ts";
const gates = "consumers/engine/gates";
const handing = "core/operations/slots.ts";
const tick = "core/operations/tick.ts";
const mark = "core/operations/lines.ts";

/** The lines of limits: who passes, who is called and when, and that nobody is forgotten. The seeds are those of histories with lines. */
export const lines: Mutation[] = [
  {
    name: "lines: newcomers pass those who stand in line",
    seed: 59,
    at: `${gate}#gateStep`,
    find: "state.line && !ask.isCalled",
    replace: "false && state.line && !ask.isCalled",
  },
  {
    name: "lines: a start is taken however far ahead it lies",
    seed: 59,
    at: `${gate}#rateWrite`,
    find: "startsAt > now + aheadMs",
    replace: "startsAt > now + 60 * aheadMs",
  },
  {
    name: "lines: the pump calls for what may start until its next tick, and not until those that it calls are there",
    seed: 99,
    at: `${pump}#plannedSpan`,
    find: "1.25 * lag + 1.25 * period + 1000",
    replace: "1000",
  },
  {
    name: "lines: who was called counts as called for ever",
    seed: 163,
    at: `${pump}#patienceMs`,
    find: "15_000 + 4 * lag",
    replace: "1e12 + 4 * lag",
  },
  {
    name: "lines: another attempt counts as called with the one before it",
    seed: 3380,
    at: `${tick}#stillCalled`,
    find: "if (!waiter || waiter.since > (lastTick ?? now)) return false;",
    replace: "if (!waiter) return false;",
    bug: "a job that failed and stood in line again was not called for 15 s and more",
  },
  {
    name: "lines: a tick calls one page of jobs, however fast the rate is",
    seed: 579,
    at: `${tick}#choose`,
    find: "while (next < candidates.length &&",
    replace: "while (next < jobsAtOnce && next < candidates.length &&",
  },
  {
    name: "lines: all keys of a limit have one line",
    seed: 131,
    at: "core/requests/request.ts#requestedGates",
    find: "gates.push({ limit: name, key: keyed.key });",
    replace: 'gates.push({ limit: name, key: "" });',
  },
  {
    name: "lines: a tick sends no next one",
    seed: 27,
    at: `${tick}#goOnWithLine`,
    find: "await ticks.send(",
    replace: "if (asked < 0) await ticks.send(",
  },
  {
    name: "lines: the pump leaves those in line who do not wait any more",
    seed: 173,
    at: `${tick}#choose`,
    find: "await services.gates.leave(gate, waiter);",
    replace: "",
  },
  {
    name: "lines: whoever stands in line marks nothing",
    seed: 27,
    at: `${gates}/pass.ts#joinLine`,
    find: "await markGate(services, { gate, rule, ...defined({ lag: lagOfNewcomer(passing) }) }, state.line);",
    replace: "",
  },
  {
    name: "lines: whoever stands in line sends no tick",
    seed: 27,
    at: `${mark}#wakePump`,
    find: "await ticks.send(",
    replace: "if (now < 0) await ticks.send(",
  },
  {
    name: "lines: a job stands in the lines of two limits",
    seed: 155,
    at: `${gates}/pass.ts#leaveOthers`,
    find: "await services.gates.leave(other, at);",
    replace: "",
  },
  {
    name: "lines: a job stays in line once it has been claimed",
    seed: 59,
    at: `${gates}/lines.ts#lines`,
    find: "for (const gate of pass.lines)",
    replace: "for (const gate of pass.lines.slice(0, 0))",
  },
  {
    name: "lines: a job that was cancelled or moved stays in line",
    seed: 731,
    at: "core/operations/change-job.ts#losesPlace",
    find: "mayStand(before, now) &&",
    replace: "before.run < 0 && mayStand(before, now) &&",
  },
  {
    name: "lines: slots are not handed over when they are freed",
    seed: 27,
    at: `${gates}/leave.ts#freeGateSlot`,
    find: "return handOverSlots(services, gate, rule, defined({ mayRun }));",
    replace: "return undefined;",
  },
  {
    name: "lines: a reservation in vain is not given back",
    seed: 219,
    at: `${handing}#giveSlot`,
    find: "await gates.reserve(gate, waiter, { now: until + 1, until: 0 });",
    replace: "",
    bug: "after two hand-overs had met at a full gate, its slots stayed free until the reconciler came",
  },
];
