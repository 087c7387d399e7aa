import {
  columns,
  dueAtOnce,
  linesTable,
  type RateCase,
  type RateResult,
  rateResult,
  type SlotCase,
  type SlotResult,
  slotResult,
} from "../lines.ts";
import { inRealTime } from "./ours.ts";

/** Long enough for a minute or so after three lags. */
const rates: RateCase[] = [
  { perSecond: 10, jobs: 400, lateMs: 0 },
  { perSecond: 10, jobs: 400, lateMs: 2000 },
  { perSecond: 10, jobs: 500, lateMs: 5000 },
  { perSecond: 10, jobs: 800, lateMs: 15_000 },
];

const slots: SlotCase[] = [
  { slots: 1, jobs: 50, takesMs: 200, lateMs: 0 },
  { slots: 10, jobs: 200, takesMs: 200, lateMs: 0 },
  { slots: 10, jobs: 200, takesMs: 200, lateMs: 5000 },
];

/** The same lines as in virtual time, but shorter ones, and against a table. */
export async function linesInRealTime(): Promise<string> {
  const ofRates: RateResult[] = [];
  for (const one of rates) {
    console.error(`  ${one.jobs} jobs at ${one.perSecond} a second, ${one.lateMs} ms late ...`);
    const rule = { rate: { limit: one.perSecond, period: "1s" } };
    const longestMs = (one.jobs * 1000) / one.perSecond + 3 * one.lateMs;
    const run = await inRealTime({ rule, late: { jobs: () => one.lateMs } }, dueAtOnce(one.jobs), longestMs);
    ofRates.push(rateResult(one, run));
  }
  const ofSlots: SlotResult[] = [];
  for (const one of slots) {
    const { lateMs, takesMs, slots: concurrency, jobs } = one;
    const options = { rule: { concurrency }, takesMs, late: { jobs: () => lateMs } };
    ofSlots.push(slotResult(one, await inRealTime(options, dueAtOnce(jobs), (jobs * takesMs) / concurrency)));
  }
  return [
    "The lines of the part before, shorter, in real time and against the table's adapter. Among the writes are those whose condition failed.",
    columns,
    "",
    linesTable(ofRates, ofSlots),
  ].join("\n");
}
