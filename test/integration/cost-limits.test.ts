import type { Counts } from "../../bench/cost/counts.ts";
import { type Case, cases, countsOfCase } from "../../bench/limits/counted.ts";

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
const forASlot = { calls: 16, writes: 9, indexWrites: 2, reads: 6, messages: 3, invocations: 1 };
const forAStart = { calls: 5, writes: 2, indexWrites: 2, reads: 2, messages: 3, invocations: 2 };

/** What a limit adds to a job. A commit that raises a number must say what the job gets for it. */
const budget: Record<string, Used> = {
  "no limit": nothing,
  // The slot is taken, and given back.
  "concurrency, a slot is free": { ...passing, calls: 4, writes: 2 },
  "rate, may start at once": { ...passing, calls: 3, writes: 1 },
  // One write takes both.
  "both, neither waits": { ...passing, calls: 4, writes: 2 },
  // More than 50 slots are spread over several items, of which one has the rate.
  "both, more than 50 slots": { ...passing, calls: 5, writes: 3 },
  "concurrency, waits for a slot": forASlot,
  // The gate is in the index already, and newcomers see that somebody waits.
  "the same, 20 in line": { ...forASlot, calls: 14.1, writes: 8.05, indexWrites: 0.1, reads: 5.05 },
  // It waits in its consumer, and the pins were read for the first job.
  "rate, starts in half a second": { ...nothing, calls: 2, writes: 1, reads: 1 },
  // The job is moved, and its message comes again.
  "rate, starts in 10 s": forAStart,
  "the same, 20 with later starts": forAStart,
  "both, waits for a slot": forASlot,
  // It keeps its slot until then, under longer leases.
  "both, waits for a start": { ...forAStart, calls: 11, writes: 8 },
};

it.each(cases)("$name: a job costs no call and no unit more than its budget", async (one) => {
  expect(await added(one)).toEqual(budget[one.name]);
});

it.each([
  { name: "slots", rule: { concurrency: 50 } },
  { name: "a rate", rule: { rate: { limit: 100_000, period: "1m" } } },
  { name: "slots and a rate", rule: { concurrency: 50, rate: { limit: 100, period: "1s" } } },
])("a limit of $name costs at most two writes more when nothing waits", async (one) => {
  const { writes, indexWrites } = await added(one);
  expect(writes + indexWrites).toBeLessThanOrEqual(2);
});
