import { hasMark, isOver, matchedOf, type OperationMessage } from "../../lambdas/core/job/operation.ts";
import { goOnWithOperation } from "../../lambdas/core/operations/go-on.ts";
import { idOf, operating, place, scheduledJob } from "../support/operating.ts";
import { Died, dying, randomOf, watched } from "../support/operating-crashes.ts";

/*
 * What operation-crashes.test.ts shows for 40 jobs, with the 100,000 of an incident: jobs are moved, and fall out of the filter, in each turn and
 * between the pages of the search for them, messages come twice, processes die, and five operations of a product are open at once.
 */
const many = 100_000;
const rate = 200;
const labels = ["a", "b", "c", "d"] as const;
const hour = 3_600_000;

test("100,000 pending jobs that move meanwhile are rescheduled once each, whatever dies, and a stop stops", async () => {
  const random = randomOf(32);
  const jobs = Array.from({ length: many }, (_, n) =>
    // Of each label there are a hundred.
    scheduledJob(n, n % 250 === 0 ? { labels: [labels[(n / 250) % 4] as string] } : {}),
  );
  const w = operating(jobs);
  const { clock, turns } = w.services;
  const store = w.services.jobs;
  const seen = watched(store);
  const { page, replace } = store;
  /** Those that callers have moved, or that have ended. */
  const moved = new Set<string>();
  const moveOne = async () => {
    const job = store.peek(idOf(random.int(many - 1)));
    if (job?.status !== "scheduled") return;
    moved.add(job.id);
    const next = { ...job, version: job.version + 1 };
    const due_at = job.due_at + (random.chance(0.5) ? -1 : 1) * random.int(hour / 2);
    if (random.chance(0.8)) await replace({ ...next, due_at, scheduled_at: due_at });
    else await replace({ ...next, status: "cancelled", finished_at: clock.now() });
  };
  store.page = async (query, after) => {
    if (random.chance(0.2)) for (let n = 0; n < 15; n++) await moveOne();
    return page(query, after);
  };

  const filter = { ...place, status: "scheduled" };
  const begin = (start_at: number, more: object = {}) =>
    w.begin({ action: "reschedule", filter: { ...filter, ...more }, start_at, rate_per_second: rate });
  const all = await begin(1_950_000_000);
  const some = await Promise.all(labels.map((label, n) => begin(1_960_000_000 + n, { label })));
  const ids = [all, ...some].map(({ id }) => id);

  const queue: { message: OperationMessage; at: number }[] = [];
  const open = async () => (await Promise.all(ids.map((id) => w.get(id)))).filter((one) => !isOver(one)).length;
  let [reconciled, turn, deaths] = [clock.now(), 0, 0];
  for (; (await open()) > 0; turn++) {
    expect(turn).toBeLessThan(20_000);
    for (const { message, delaySeconds } of turns.sent.splice(0)) {
      const at = clock.now() + delaySeconds * 1000;
      for (let copies = random.chance(0.2) ? 2 : 1; copies > 0; copies--) queue.push({ message, at });
    }
    const due = queue.filter(({ at }) => at <= clock.now());
    for (const one of due) queue.splice(queue.indexOf(one), 1);
    await Promise.all(
      due.map(async ({ message }) => {
        const last = random.chance(0.2) ? random.int(2000) : Number.POSITIVE_INFINITY;
        await goOnWithOperation(dying(w.services, random, last), message).catch((error: unknown) => {
          if (!(error instanceof Died)) throw error;
          deaths += 1;
        });
      }),
    );
    await moveOne();
    await clock.advance(1000);
    if (clock.now() - reconciled < 60_000) continue;
    reconciled = clock.now();
    await w.reconcile();
  }
  expect(deaths).toBeGreaterThan(5);
  expect(moved.size).toBeGreaterThan(300);

  for (const id of ids) {
    const operation = await w.get(id);
    const { state, counts } = operation;
    expect({ state, failed: counts.failed }).toEqual({ state: "done", failed: 0 });
    expect(counts.changed + counts.unchanged).toBe(matchedOf(operation));
    const changed = seen.of(id);
    expect([...changed].filter(([, times]) => times > 1)).toEqual([]);
    expect(counts.changed).toBe(changed.size);
    const marks = store.all().filter((job) => hasMark(job, operation));
    expect(marks).toHaveLength(counts.changed);
  }
  // Nothing that stood still was left out.
  const first = await w.get(all.id);
  const left = store.all().filter((job) => !moved.has(job.id) && !hasMark(job, first));
  expect(left.map(({ id }) => id)).toEqual([]);

  const again = await begin(1_970_000_000);
  await w.run(again.id, 30);
  const before = await w.get(again.id);
  expect(before).toMatchObject({ state: "running", counts: { changed: expect.any(Number) } });
  expect(before.counts.changed).toBeGreaterThan(5 * rate);
  await w.steer(again.id, { do: "stop" });
  const stopped = await w.run(again.id);
  expect(stopped.state).toBe("stopped");
  expect(stopped.counts.changed - before.counts.changed).toBeLessThanOrEqual(5 * rate);
}, 600_000);
