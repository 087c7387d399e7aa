import { modelLines } from "../../lateness/model.ts";
import { duration, type Target } from "../../part.ts";
import {
  columns,
  dueAtOnce,
  linesTable,
  percent,
  type RateCase,
  type RateResult,
  rateName,
  rateResult,
  type SlotCase,
  type SlotResult,
  slotName,
  slotResult,
} from "../lines.ts";
import { inVirtualTime, requestTimes } from "./in-virtual-time.ts";

const tenASecond = { perSecond: 10, jobs: 1800 };

const rates: RateCase[] = [
  { ...tenASecond, lateMs: 0 },
  { ...tenASecond, lateMs: 2000 },
  { ...tenASecond, lateMs: 5000 },
  { ...tenASecond, lateMs: 15_000 },
  { ...tenASecond, lateMs: 2000, ticksLateMs: 2000 },
  { ...tenASecond, lateMs: 5000, ticksLateMs: 5000 },
  { ...tenASecond, lateMs: 15_000, ticksLateMs: 15_000 },
  { perSecond: 100, jobs: 10_000, lateMs: 0 },
  { perSecond: 100, jobs: 10_000, lateMs: 5000 },
];

const slots: SlotCase[] = [
  { slots: 1, jobs: 200, takesMs: 200, lateMs: 0 },
  { slots: 10, jobs: 1000, takesMs: 200, lateMs: 0 },
  { slots: 50, jobs: 1000, takesMs: 200, lateMs: 0 },
  { slots: 1, jobs: 200, takesMs: 200, lateMs: 5000 },
  { slots: 10, jobs: 1000, takesMs: 200, lateMs: 5000 },
  { slots: 10, jobs: 10_000, takesMs: 200, lateMs: 0 },
  // Longer than a consumer takes on another job: each gets a message.
  { slots: 1, jobs: 50, takesMs: 25_000, lateMs: 0 },
];

const { leastMs, meanMoreMs } = requestTimes;
const leastUsed = 0.95;
const longestGapMs = 200;
const longestEndMs = 110_000;

export async function linesInVirtualTime(): Promise<{ text: string; targets: Target[] }> {
  const ofRates: RateResult[] = [];
  for (const one of rates) {
    const { lateMs, ticksLateMs = 0, perSecond, jobs } = one;
    const late = { jobs: () => lateMs, ticks: () => ticksLateMs };
    const rule = { rate: { limit: perSecond, period: "1s" } };
    ofRates.push(rateResult(one, await inVirtualTime({ rule, late }, dueAtOnce(jobs))));
  }
  const ofSlots: SlotResult[] = [];
  for (const one of slots) {
    const { lateMs, takesMs, slots: concurrency, jobs } = one;
    const late = { jobs: () => lateMs, ticks: () => 0 };
    ofSlots.push(slotResult(one, await inVirtualTime({ rule: { concurrency }, late, takesMs }, dueAtOnce(jobs))));
  }
  return { text: textOf(ofRates, ofSlots), targets: targetsOf(ofRates, ofSlots) };
}

function targetsOf(ofRates: readonly RateResult[], ofSlots: readonly SlotResult[]): Target[] {
  const used = ofRates.map(({ one, used }) => ({
    what: `share of its rate that a line uses: ${rateName(one)}`,
    target: percent(leastUsed),
    measured: percent(used),
    met: used >= leastUsed,
  }));
  const ends = ofRates
    .filter(({ one }) => one.perSecond === 100 && one.lateMs === 0)
    .map(({ one, endMs }) => ({
      what: `the line ends: ${rateName(one)}`,
      target: duration(longestEndMs),
      measured: duration(endMs),
      met: endMs <= longestEndMs,
    }));
  // Messages that are late delay a start that a chain does not make.
  const gaps = ofSlots
    .filter(({ one }) => one.lateMs === 0)
    .map(({ one, gaps }) => ({
      what: `99 of 100 starts after a slot is free: ${slotName(one)}`,
      target: duration(longestGapMs),
      measured: duration(gaps.most),
      met: gaps.most <= longestGapMs,
    }));
  return [...used, ...ends, ...gaps];
}

const textOf = (ofRates: readonly RateResult[], ofSlots: readonly SlotResult[]): string =>
  [
    "How lines move, in virtual time: the API, four consumers and the pump as they are deployed, on gates and jobs in memory, so these numbers do not depend on the machine, and little on the ids of the jobs.",
    columns,
    "",
    linesTable(ofRates, ofSlots),
    "",
    "Assumed, besides the lateness in the table:\n",
    ...modelLines.slice(1, 3).map((line) => `- ${line}`),
    `- a request to DynamoDB or SQS takes ${leastMs} ms, plus an exponentially distributed time with a mean of ${meanMoreMs} ms; a write whose condition fails, since another process was faster, is made anew and counted`,
  ].join("\n");
