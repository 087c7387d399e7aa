import type { LimitRule } from "../../../lambdas/core/limits/limit-rule.ts";
import { billOf, totalOf } from "../../cost/bill.ts";
import type { Counts } from "../../cost/counts.ts";
import { startWorld } from "../../cost/world.ts";
import { catalogOf, requestOf } from "../catalog.ts";

/** What a job has to do with its limit. */
export interface Case {
  name: string;
  rule?: LimitRule;
  /** How many jobs come while one runs that the limit lets start at once. Without any, the one is counted. */
  behind?: number;
  /** How long each job takes, in milliseconds, beyond the 200 that all take. Default: 0. */
  takesMs?: number;
}

const slow = { limit: 6, period: "1m" };
const fast = { limit: 100, period: "1s" };
const many = 20;
/** After such a time a consumer does not run the next job itself. */
const longMs = 25_000;

export const cases: Case[] = [
  { name: "no limit" },
  { name: "concurrency, a slot is free", rule: { concurrency: 5 } },
  { name: "rate, may start at once", rule: { rate: slow } },
  { name: "both, neither waits", rule: { concurrency: 5, rate: slow } },
  // The second job of the gate: once, the first one has noted how many items there are.
  { name: "both, more than 12 slots", rule: { concurrency: 60, rate: fast }, behind: 1 },
  { name: "concurrency, waits for a slot and is run by who frees it", rule: { concurrency: 1 }, behind: 1 },
  { name: "the same with slots, 20 in line", rule: { concurrency: 1 }, behind: many },
  { name: "concurrency, waits for a slot and gets a message", rule: { concurrency: 1 }, behind: 1, takesMs: longMs },
  { name: "the same with messages, 20 in line", rule: { concurrency: 1 }, behind: many, takesMs: longMs },
  { name: "rate, starts in half a second", rule: { rate: { limit: 2, period: "1s" } }, behind: 1 },
  { name: "rate, stands in line for 10 s", rule: { rate: slow }, behind: 1 },
  { name: "the same with starts, 20 in line", rule: { rate: slow }, behind: many },
  { name: "both, waits for a slot", rule: { concurrency: 1, rate: fast }, behind: 1 },
  { name: "both, waits for a start", rule: { concurrency: 5, rate: slow }, behind: 1 },
];

/** What one job of a case uses, from its request to its event on the bus. */
export async function countsOfCase({ behind = 0, ...one }: Case): Promise<Counts> {
  const first = await countsOfJobs(one, 1);
  return behind === 0 ? first : perJob(await countsOfJobs(one, 1 + behind), first, behind);
}

/** Jobs of one key; the messages of all are delivered while the first one's job runs, so that those behind it meet a full gate. */
async function countsOfJobs({ rule, takesMs = 0 }: Case, jobs: number): Promise<Counts> {
  let isFirst = true;
  const execute = async () => {
    if (isFirst) {
      isFirst = false;
      // The pump of a line goes on for as long as the line lasts, and the line as long as this job.
      await world.drain({ until: world.now() + 200 });
    }
    world.pass(takesMs);
    return { status: 201, headers: { "content-type": "application/json" }, body: { order: "O-7", state: "placed" } };
  };
  const world = await startWorld(execute, catalogOf({ job: rule }));
  try {
    for (let i = 0; i < jobs; i++) {
      // The ids follow from the keys, and say to which item of a large gate a job goes: otherwise the counts would differ from run to run.
      const { statusCode, body } = await world.request("POST", "/v1/jobs", {
        ...requestOf("job", "C-1042"),
        idempotency_key: `order-${i}`,
      });
      if (statusCode !== 202) throw new Error(`the request was not accepted: ${body}`);
      // Of jobs that are due at the same millisecond, the ids say which is first.
      world.pass(1);
    }
    await world.drain();
    await world.stream(1);
    return world.counted();
  } finally {
    await world.stop();
  }
}

/** The counts that came with the other jobs, per job. */
function perJob(all: Counts, first: Counts, jobs: number): Counts {
  const share = <T extends object>(of: T, before: object): T =>
    Object.fromEntries(
      Object.entries(of).map(([name, count]) => [name, (count - (Reflect.get(before, name) ?? 0)) / jobs]),
    ) as T;
  const { calls, invocations, remote_ms, ...numbers } = all;
  return {
    ...share(numbers, first),
    calls: share(calls, first.calls),
    invocations: share(invocations, first.invocations),
    remote_ms: share(remote_ms, first.remote_ms),
  };
}

/** US dollars for a million of them. */
export const dollarsOf = (counts: Counts): number => totalOf(billOf(counts));
