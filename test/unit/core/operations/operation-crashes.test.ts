import { expect, test } from "@jest/globals";
import { isFinished } from "../../../../lambdas/core/job/job.ts";
import {
  hasMark,
  isOver,
  matchedOf,
  type Operation,
  type OperationMessage,
} from "../../../../lambdas/core/job/operation.ts";
import { goOnWithOperation } from "../../../../lambdas/core/operations/go-on.ts";
import { failedJob, operating, place, scheduledJob } from "../../../support/operating.ts";
import { Died, dying, type Random, randomOf, watched } from "../../../support/operating-crashes.ts";

/*
 * Processes die at any write, or behind it; messages come twice, late and in any order; the jobs are moved, retried and fail again meanwhile;
 * callers pause, continue and stop; and up to five operations are about the same jobs. Whatever happens, no operation changes a job twice or
 * one outside of its filter, its counts are those of the jobs that it has changed, and it comes to an end.
 */

const histories = 120;
const longest = 3_000;

const requests = [
  { action: "retry", filter: { ...place, status: "failed" } },
  { action: "retry", filter: { ...place, status: "failed", event: "create_order" }, canary: { count: 4, for: "1m" } },
  { action: "cancel", filter: { ...place, label: "a" } },
  { action: "reschedule", filter: { ...place, status: "scheduled" }, start_at: 1_950_000_000 },
  { action: "run-now", filter: { ...place, status: "scheduled", label: "b" } },
  { action: "delete", filter: { ...place, status: "failed", label: "b" } },
];

async function history(seed: number) {
  const random = randomOf(seed);
  const jobs = Array.from({ length: 40 }, (_, n) =>
    (n % 2 === 0 ? failedJob : scheduledJob)(n, { labels: [random.one(["a", "b"])] }),
  );
  const w = operating(jobs);
  const { clock, turns, operations } = w.services;
  const seen = watched(w.services.jobs);
  const ids: string[] = [];
  const queue: { message: OperationMessage; at: number }[] = [];
  const take = () => {
    for (const { message, delaySeconds } of turns.sent.splice(0)) {
      queue.push({ message, at: clock.now() + delaySeconds * 1000 });
      if (random.chance(0.2)) queue.push({ message, at: clock.now() + random.int(120_000) });
    }
  };
  const isSettled = async () => {
    const all = await Promise.all(ids.map((id) => operations.get(id)));
    return all.every((one) => one === undefined || isOver(one) || (one.paused && !one.stop));
  };
  let reconciled = clock.now();
  const want = 1 + random.int(4);
  for (let step = 0; step < longest; step++) {
    if (ids.length < want) {
      // With a key, so that ids, and with them the canaries, are the same in each history of the seed.
      const idempotency_key = `${seed} ${ids.length}`;
      const request = { ...random.one(requests), rate_per_second: random.one([1, 4, 50]), idempotency_key };
      ids.push((await w.begin(request)).id);
    }
    take();
    const due = queue.filter(({ at }) => at <= clock.now());
    const some = due.filter(() => random.chance(0.7)).slice(0, 3);
    for (const one of some) if (!random.chance(0.15)) queue.splice(queue.indexOf(one), 1);
    await Promise.all(
      some.map(async ({ message }) => {
        const last = random.chance(0.4) ? random.int(25) : Number.POSITIVE_INFINITY;
        await goOnWithOperation(dying(w.services, random, last), message).catch((error: unknown) => {
          if (!(error instanceof Died)) throw error;
        });
      }),
    );
    if (random.chance(0.15)) await moveOne(w.services.jobs, clock.now(), random);
    if (step < 200 && random.chance(0.05)) {
      const id = random.one(ids);
      const what = random.one(["pause", "continue", "stop", "rate"] as const);
      const rate = { do: "rate" as const, rate_per_second: random.one([1, 7, 50]) };
      const steering = {
        pause: { do: "pause" },
        continue: { do: "continue", actor: "k:" },
        stop: { do: "stop" },
        rate,
      } as const;
      await w.steer(id, steering[what]).catch(() => {});
    }
    // In the end somebody continues what waits.
    if (step >= 200 && step % 50 === 0)
      for (const id of ids) await w.steer(id, { do: "continue", actor: "k:" }).catch(() => {});
    await clock.advance(random.int(4000));
    if (clock.now() - reconciled >= 60_000) {
      reconciled = clock.now();
      await w.reconcile();
    }
    if (step > 260 && ids.length >= want && (await isSettled())) break;
  }
  return { w, seen, ids };
}

/** What happens to jobs besides: they run and fail, or end; and people move them. */
async function moveOne(jobs: ReturnType<typeof operating>["services"]["jobs"], now: number, random: Random) {
  const job = random.one(jobs.all());
  if (!job || isFinished(job)) return;
  const next = { ...job, version: job.version + 1 };
  if (job.due_at > now && random.chance(0.5)) {
    const due_at = now + 1000 + random.int(7_200_000);
    await jobs.replace({ ...next, due_at, scheduled_at: due_at, status: "scheduled" });
    return;
  }
  const status = random.chance(0.7) ? "failed" : "completed";
  const attempt = {
    attempt: job.attempt,
    due_at: job.due_at,
    started_at: now,
    ended_at: now,
    outcome: status,
  } as const;
  await jobs.replace({ ...next, status, finished_at: now, attempts: [...job.attempts, attempt] });
}

async function check(seed: number) {
  const { w, seen, ids } = await history(seed);
  for (const id of ids) {
    const operation = (await w.services.operations.get(id)) as Operation;
    const told = `history ${seed}, ${operation.action} ${id} is ${operation.state}`;
    expect(`${told}: ${isOver(operation)}`).toBe(`${told}: true`);
    const changed = seen.of(id);
    expect({ told, twice: [...changed].filter(([, times]) => times > 1) }).toEqual({ told, twice: [] });
    for (const job of changed.keys()) {
      const old = seen.before(id, job);
      expect({
        told,
        outside: !operation.filter.status.includes(old?.status as never) && old?.status !== "scheduled",
      }).toEqual({
        told,
        outside: false,
      });
      const { label } = operation.filter;
      if (label !== undefined) expect(old?.labels).toContain(label);
    }
    const { counts } = operation;
    const sum = counts.changed + counts.unchanged + counts.failed;
    expect(counts.failed).toBe(0);
    if (operation.state === "done") expect({ told, sum }).toEqual({ told, sum: matchedOf(operation) });
    else expect(sum).toBeLessThanOrEqual(matchedOf(operation));
    if (operation.action === "delete") continue;
    expect({ told, changed: counts.changed }).toEqual({ told, changed: changed.size });
    const marks = w.services.jobs.all().filter((job) => hasMark(job, operation)).length;
    expect(marks).toBeLessThanOrEqual(changed.size);
  }
  expect(await w.services.operations.open().then((open) => open.length)).toBeLessThanOrEqual(ids.length);
  return ids.length;
}

test("none is changed twice, none outside of the filter, none is miscounted, and none stalls", async () => {
  let operations = 0;
  for (let seed = 1; seed <= histories; seed++) operations += await check(seed);
  expect(operations).toBeGreaterThan(histories);
}, 300_000);
