import type { Counts } from "../../bench/cost/counts.ts";
import { type Case, cases, countsOfCase } from "../../bench/limits/counted/cases.ts";

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

const used = ({ calls, table_write, index_write, table_read, queue_request, invocations }: Counts) => ({
  calls: sum(calls),
  writes: table_write,
  indexWrites: index_write,
  reads: table_read,
  messages: queue_request,
  invocations: sum(invocations),
});
type Used = ReturnType<typeof used>;

let none: Used;
beforeAll(async () => {
  none = used(await countsOfCase({ name: "no limit" }));
});

async function added(one: Case): Promise<Used> {
  const all = used(await countsOfCase(one));
  const more = Object.entries(all).map(([what, count]) => [
    what,
    Number((count - none[what as keyof Used]).toFixed(2)),
  ]);
  return Object.fromEntries(more);
}

const nothing: Used = { calls: 0, writes: 0, indexWrites: 0, reads: 0, messages: 0, invocations: 0 };
/** The job is read, since its message does not name its gates, and so are pinned numbers, which a process remembers for 5 s. */
const passing = { ...nothing, calls: 2, reads: 1.5 };
/**
 * What waits in a line joins it and leaves it again, by a write each, besides the two that a slot costs anyway. The slot is given to it,
 * which is one more. The first of a line marks the gate, which puts it into the index; pins were read for the job before it.
 */
const forASlot = { ...nothing, calls: 14, writes: 8, indexWrites: 1, reads: 6 };
const inALongLine = { ...forASlot, calls: 13.05, writes: 7.05, indexWrites: 0.05, reads: 6.1 };
/** Its message, and what the event source does to receive and delete it. */
const byMessage = { messages: 3, invocations: 1 };
/**
 * The line of a rate has a pump. That of a single job is ticked four times: when it began, when the job has been called, and twice after
 * that, to be sure that nobody came meanwhile.
 */
const forAStart = { calls: 36, writes: 11, indexWrites: 1, reads: 20, messages: 15, invocations: 5 };

/** What a limit adds to a job. A commit that raises a number must say what the job gets for it. */
const budget: Record<string, Used> = {
  "no limit": nothing,
  // The slot is taken, and given back.
  "concurrency, a slot is free": { ...passing, calls: 4, writes: 2 },
  "rate, may start at once": { ...passing, calls: 3, writes: 1 },
  // One write takes both.
  "both, neither waits": { ...passing, calls: 4, writes: 2 },
  // They are spread over several items, which are read. One of them has the rate, and says whether somebody waits for what is freed.
  "both, more than 12 slots": { ...nothing, calls: 5, writes: 3, reads: 2 },
  "concurrency, waits for a slot and is run by who frees it": forASlot,
  "the same with slots, 20 in line": inALongLine,
  "concurrency, waits for a slot and gets a message": { ...forASlot, ...byMessage, calls: forASlot.calls + 1 },
  "the same with messages, 20 in line": { ...inALongLine, ...byMessage, calls: inALongLine.calls + 1 },
  // It waits in its consumer, and the pins were read for the first job.
  "rate, starts in half a second": { ...nothing, calls: 2, writes: 1, reads: 1 },
  "rate, stands in line for 10 s": forAStart,
  // About a tick for each start, which is seldom more than one a second.
  "the same with starts, 20 in line": {
    ...{ calls: 17, writes: 5.3, indexWrites: 0.05, reads: 9.55 },
    ...{ messages: 6.45, invocations: 2.15 },
  },
  "both, waits for a slot": { calls: 40, writes: 15, indexWrites: 1, reads: 21, messages: 12, invocations: 4 },
  // It has the slot only once its start is near.
  "both, waits for a start": { ...forAStart, calls: 40, writes: 12, reads: 23 },
};

it.each(cases)("$name: a job with limits costs no call and no unit more than its budget", async (one) => {
  expect(await added(one)).toEqual(budget[one.name]);
});

it.each([
  { name: "slots", rule: { concurrency: 12 } },
  { name: "a rate", rule: { rate: { limit: 100_000, period: "1m" } } },
  { name: "slots and a rate", rule: { concurrency: 12, rate: { limit: 100, period: "1s" } } },
])("a limit of $name costs at most two writes more when nothing waits", async (one) => {
  const { writes, indexWrites } = await added(one);
  expect(writes + indexWrites).toBeLessThanOrEqual(2);
});
