import type { LimitRule } from "../../lambdas/core/flow/limit-rule.ts";
import { billOf, totalOf } from "../cost/bill.ts";
import type { Counts } from "../cost/counts.ts";
import { startWorld } from "../cost/world.ts";
import { catalogOf, requestOf } from "./catalog.ts";

/** What a job has to do with its limit. */
export interface Case {
  name: string;
  rule?: LimitRule;
  /** How many jobs wait behind one that the limit lets start at once. Without any, the one is counted. */
  waiting?: number;
}

const slow = { limit: 6, period: "1m" };
const many = 20;

export const cases: Case[] = [
  { name: "no limit" },
  { name: "concurrency, a slot is free", rule: { concurrency: 5 } },
  { name: "rate, may start at once", rule: { rate: slow } },
  { name: "both, neither waits", rule: { concurrency: 5, rate: slow } },
  { name: "both, more than 50 slots", rule: { concurrency: 60, rate: slow } },
  { name: "concurrency, waits for a slot", rule: { concurrency: 1 }, waiting: 1 },
  { name: "the same, 20 in line", rule: { concurrency: 1 }, waiting: many },
  { name: "rate, starts in half a second", rule: { rate: { limit: 2, period: "1s" } }, waiting: 1 },
  { name: "rate, starts in 10 s", rule: { rate: slow }, waiting: 1 },
  { name: "the same, 20 with later starts", rule: { rate: slow }, waiting: many },
  { name: "both, waits for a slot", rule: { concurrency: 1, rate: { limit: 100, period: "1s" } }, waiting: 1 },
  { name: "both, waits for a start", rule: { concurrency: 5, rate: slow }, waiting: 1 },
];

/** What one job of a case uses, from its request to its event on the bus. */
export async function countsOfCase({ rule, waiting = 0 }: Case): Promise<Counts> {
  const first = await countsOfJobs(rule, 1);
  return waiting === 0 ? first : perJob(await countsOfJobs(rule, 1 + waiting), first, waiting);
}

/** Jobs of one key; all messages but the first are delivered while its job runs, so that those behind it meet a full gate. */
async function countsOfJobs(rule: LimitRule | undefined, jobs: number): Promise<Counts> {
  let isFirst = true;
  const execute = async () => {
    if (isFirst) {
      isFirst = false;
      await world.drain();
    }
    return { status: 201, headers: { "content-type": "application/json" }, body: { order: "O-7", state: "placed" } };
  };
  const world = await startWorld(execute, catalogOf({ job: rule }));
  try {
    for (let i = 0; i < jobs; i++) {
      const { statusCode, body } = await world.request("POST", "/v1/jobs", requestOf("job", "C-1042"));
      if (statusCode !== 202) throw new Error(`the request was not accepted: ${body}`);
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
