import type { Mutation } from "./mutation.ts";

const engine = "unit/consumers/engine/limits.test.ts";
const pump = "lambdas/core/limits/pump.ts";
const pumpTest = "unit/core/limits/pump.test.ts";
const gcraTest = "unit/core/limits/gcra.test.ts";
const pass = "lambdas/consumers/engine/gates/pass.ts";
const runJob = "lambdas/consumers/engine/run-job.ts";
const tick = "lambdas/core/operations/tick.ts";
const marking = "lambdas/core/operations/lines.ts";
const sharedKey = "lambdas/core/job/shared-key.ts";
const sharedKeyTest = "unit/core/job/shared-key.test.ts";
const sweep = "lambdas/reconciler/sweep-gates.ts";

/** The conditions of lines that a history of the simulation seldom depends on: a round of the reconciler makes up for most of them. */
export const limitMutations: Mutation[] = [
  // Who passes, and what waits with a job that does not.
  {
    file: pass,
    find: `if (seen?.line) return { outcome: "line", state: seen };`,
    replace: "",
    test: engine,
  },
  { file: pass, find: "if (!isFirst) return false;", replace: "", test: engine },
  { file: pass, find: "ruled.length > 1 ?", replace: "ruled.length > 9 ?", test: engine },
  {
    file: pass,
    find: "givenAt(passing, slot) + promisedMs",
    replace: "givenAt(passing, slot) + 9 * promisedMs",
    test: engine,
  },
  {
    file: pass,
    find: "own && !isForRate ? { ...others, [gate.limit]: own } : others",
    replace: "others",
    test: engine,
  },
  {
    file: pass,
    find: `taken.outcome === "early" && isCalledBy(passing, one)`,
    replace: "false",
    test: engine,
  },
  { file: pass, find: "if (!isNear && pass.slots.length > 0)", replace: "if (false)", test: engine },
  { file: pass, find: "if (left > 0) await services.clock.sleep(left);", replace: "", test: engine },
  {
    file: pass,
    find: "if (slotPartsOf(rule) > 0) await handOverSlots(",
    replace: "if (false) await handOver(",
    test: engine,
  },
  {
    file: "lambdas/core/operations/limit-rules.ts",
    find: "(a.gate.limit < b.gate.limit ? -1 : 1)",
    replace: "0",
    test: engine,
  },
  // A consumer runs the next job itself: of its type, and while its invocation is young.
  {
    file: runJob,
    find: "job.type === options.type && now() < until",
    replace: "job.type === options.type",
    test: engine,
  },
  { file: runJob, find: "job.type === options.type && now() < until", replace: "now() < until", test: engine },
  // Of two ticks one goes on.
  { file: tick, find: "mark.promised !== by && ", replace: "mark.promised === undefined && ", test: engine },
  {
    file: tick,
    find: "if (!(await gates.mark(gate, next, mark))) return false;\n  const called",
    replace: "await gates.mark(gate, next, mark);\n  const called",
    test: engine,
  },
  { file: tick, find: "call.at - now - lag", replace: "call.at - now", test: engine },
  // How many a tick calls, for when, and when the next one comes.
  { file: pump, find: "Math.ceil(open - Math.max(0, ahead))", replace: "Math.ceil(open)", test: pumpTest },
  { file: pump, find: "(next <= now ? free : 0)", replace: "0", test: pumpTest },
  { file: pump, find: "1.25 * lag + 1.25 * period + 1000", replace: "1.25 * period + 1000", test: pumpTest },
  { file: pump, find: "0.7 * pump.lag + 0.3 * seen", replace: "pump.lag", test: pumpTest },
  { file: pump, find: "Math.min(inTime, impatient)", replace: "inTime", test: pumpTest },
  { file: pump, find: "Math.min(tickBounds.mostMs, Math.max", replace: "Math.min(1e12, Math.max", test: pumpTest },
  { file: pump, find: "nextCall + graceMs + lags * lag", replace: "nextCall + graceMs", test: pumpTest },
  // Who looks after a line.
  {
    file: marking,
    find: "(!isFresh || isOverdue(before as LineMark, now))",
    replace: "!isFresh",
    test: engine,
  },
  {
    file: marking,
    find: "if (!(await gates.mark(gate, next, before))) return false;",
    replace: "await gates.mark(gate, next, before);",
    test: engine,
  },
  { file: sweep, find: "if (mark.emptyAt === undefined) await", replace: "if (false) await", test: engine },
  { file: sweep, find: "else if (now - mark.emptyAt >= emptyMs)", replace: "else", test: engine },
  { file: sweep, find: "else if (now - mark.emptyAt >= emptyMs)", replace: "else if (false)", test: engine },
  { file: sweep, find: "(isLost || hasChanged)", replace: "isLost", test: engine },
  { file: sweep, find: "(isLost || hasChanged)", replace: "hasChanged", test: engine },
  { file: sweep, find: "{ graceMs: 20_000, lags: 3 }", replace: "{ graceMs: 20_000, lags: 0 }", test: engine },
  { file: "lambdas/reconciler/scan.ts", find: "!lined.has(job.id)", replace: "true", test: engine },
  {
    file: tick,
    find: "await inParallel(gatesAtOnce, own, (gate) => wakeGate(services, gate));",
    replace: "",
    test: "unit/api/limits.test.ts",
  },
  // A debounced job that stands in line.
  { file: sharedKey, find: "job.gates !== undefined && ", replace: "", test: sharedKeyTest },
  { file: sharedKey, find: "isWaiting(job) && job.due_at", replace: "job.due_at", test: sharedKeyTest },
  { file: sharedKey, find: "job.due_at <= now && ", replace: "", test: sharedKeyTest },
  { file: sharedKey, find: " && isAtSamePlace(job, made)", replace: "", test: sharedKeyTest },
  // What is stored of a gate.
  { file: "lambdas/core/limits/gcra.ts", find: "tat + ahead * (increment - inc)", replace: "tat", test: gcraTest },
  { file: "lambdas/core/limits/gate.ts", find: "caps[part] = (caps[part] ?? 0) - cut;", replace: "", test: gcraTest },
  {
    file: "lambdas/core/limits/gate.ts",
    find: "if (!job) return holder.given === true;",
    replace: "if (!job) return true;",
    test: "unit/core/limits/gate.test.ts",
  },
];
