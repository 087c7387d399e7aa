import type { Mutation } from "./mutation.ts";

const gate = "core/flow/gate.ts";
const gcra = "core/flow/gcra.ts";
const parts = "core/flow/parts.ts";
const pump = "core/flow/pump.ts";
const pass = "core/operations/pass-gates.ts";
const handing = "core/operations/hand-over.ts";
const tick = "core/operations/tick.ts";
const mark = "core/operations/mark-gate.ts";

/** The lines of limits: who passes, who is called and when, and that nobody is forgotten. The seeds are those of histories with lines. */
export const lines: Mutation[] = [
  {
    name: "lines: newcomers pass those who stand in line",
    at: `${gate}#nextStep`,
    find: "state.line && !ask.isCalled",
    replace: "false && state.line && !ask.isCalled",
  },
  {
    name: "lines: a start is taken however far ahead it lies",
    at: `${gate}#rateWrite`,
    find: "startsAt > now + aheadMs",
    replace: "startsAt > now + 60 * aheadMs",
  },
  {
    name: "lines: starts that lie ahead stay where an earlier rate has put them",
    at: `${gcra}#arrivalOf`,
    find: "inc === undefined || inc === increment",
    replace: "inc !== 0",
  },
  {
    name: "lines: a start under another rate begins where an earlier one would have been",
    at: `${gate}#rateWrite`,
    find: "Math.max(now * 1000, arrivalOf(state, now, rate) as number)",
    replace: "(arrivalOf(state, now, rate) as number)",
    bug: "after a rate was raised again, one start more than it allows was taken",
  },
  {
    name: "lines: a slot that was given holds although the limit was lowered",
    at: `${gate}#slotWrite`,
    find: `if (own && isBounded(own, ask) && state.count > slot.limit) return "full";`,
    replace: "",
  },
  {
    name: "lines: a part does not know of the others",
    at: `${gate}#slotWrite`,
    find: "state.peak !== undefined && !slot.seesParts",
    replace: "state.peak === -1 && !slot.seesParts",
  },
  {
    name: "lines: the parts of a lowered limit each allow their own",
    at: `${parts}#capsOf`,
    find: "part >= 0 && excess > 0",
    replace: "part >= 0 && excess > 1000",
  },
  {
    name: "lines: the pump does not know how late messages are",
    at: `${pump}#measured`,
    find: "lag: Math.max(lag, 0.7 * late)",
    replace: "lag: 0",
  },
  {
    name: "lines: the pump calls for what may start until its next tick, and not until those that it calls are there",
    at: `${pump}#spanOf`,
    find: "1.25 * lag + 1.25 * period + 1000",
    replace: "1000",
  },
  {
    name: "lines: who was called counts as called for ever",
    at: `${pump}#patienceMs`,
    find: "15_000 + 4 * lag",
    replace: "1e12 + 4 * lag",
  },
  {
    name: "lines: another attempt counts as called with the one before it",
    at: `${tick}#stillCalled`,
    find: "if (!waiter || waiter.since > (lastTick ?? now)) return false;",
    replace: "if (!waiter) return false;",
    bug: "a job that failed and stood in line again was not called for 15 s and more",
  },
  {
    name: "lines: a tick that nobody has promised works too",
    at: `${tick}#tickLine`,
    find: "mark.promised !== by &&",
    replace: "false &&",
  },
  {
    name: "lines: a tick sends no next one",
    at: `${tick}#goOn`,
    find: "await ticks.send(",
    replace: "if (asked < 0) await ticks.send(",
  },
  {
    name: "lines: the pump does not look again at an empty line",
    at: `${tick}#lookAgain`,
    find: "mark.emptyAt !== undefined",
    replace: "mark.emptyAt !== 0",
  },
  {
    name: "lines: the pump leaves those in line who do not wait any more",
    at: `${tick}#choose`,
    find: "await services.gates.leave(gate, waiter);",
    replace: "",
  },
  {
    name: "lines: whoever stands in line marks nothing",
    at: `${pass}#stand`,
    find: "await markGate(services, { gate, rule }, state.line);",
    replace: "",
  },
  {
    name: "lines: whoever stands in line sends no tick",
    at: `${mark}#startPump`,
    find: "await ticks.send(",
    replace: "if (now < 0) await ticks.send(",
  },
  {
    name: "lines: a job stands in the lines of two limits",
    at: `${pass}#leaveOthers`,
    find: "await services.gates.leave(other, at);",
    replace: "",
  },
  {
    name: "lines: a job stays in line once it has been claimed",
    at: `${pass}#leaveStood`,
    find: "for (const gate of lines)",
    replace: "for (const gate of lines.slice(0, 0))",
  },
  {
    name: "lines: a job that was cancelled or moved stays in line",
    at: "core/operations/change-job.ts#losesPlace",
    find: "mayStand(before, now) &&",
    replace: "before.run < 0 && mayStand(before, now) &&",
  },
  {
    name: "lines: who waits for one limit keeps the slot of another",
    at: `${pass}#givenAt`,
    find: "?? pass.askedAt",
    replace: "?? pass.askedAt + 600_000",
  },
  {
    name: "lines: slots are not handed over when they are freed",
    at: `${pass}#releaseSlots`,
    find: "await handOver(",
    replace: "await (async (..._: unknown[]) => ({ chained: undefined }))(",
  },
  {
    name: "lines: a reservation in vain is not given back",
    at: `${handing}#giveSlot`,
    find: "await gates.reserve(gate, waiter, { now: until + 1, until: 0 });",
    replace: "",
    bug: "after two hand-overs had met at a full gate, its slots stayed free until the reconciler came",
  },
  {
    name: "lines: two who hand over give one job two slots",
    at: `${handing}#giveSlot`,
    find: "if (isSpread && !(await gates.reserve(gate, waiter, { now, until }))) return false;",
    replace: "",
  },
  {
    name: "lines: the reconciler wakes no line that has lost its tick",
    at: "reconciler/sweep-gates.ts#sweepGate",
    find: "hasPump(rule) && (isLost || hasChanged)",
    replace: "hasPump(rule) && isLost && !isLost && hasChanged",
  },
  {
    name: "lines: the reconciler hands nothing over",
    at: "reconciler/sweep-gates.ts#sweepGate",
    find: "if (rule.concurrency !== undefined) await handOver(services, gate, rule, { thorough: true });",
    replace: "",
  },
  {
    name: "lines: who stands in a line without a mark is sent nothing",
    at: "core/operations/lines.ts#lineOf",
    find: "await markGate(",
    replace: "if (at.order < 0) await markGate(",
  },
];
