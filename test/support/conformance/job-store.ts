import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { PermanentError } from "../../../lambdas/core/errors.ts";
import { comparePositions, type IndexPosition } from "../../../lambdas/core/job/index-position.ts";
import { type Job, type JobStatus, phaseTime, type RunRecord } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { attemptFailed, cancelled, completed } from "../../../lambdas/core/job/transitions.ts";
import type { JobStore } from "../../../lambdas/core/ports/ports.ts";
import { aJob, aMessage, noon } from "../builders.ts";

export interface JobStoreUnderTest {
  store: JobStore;
  stop?: () => Promise<void>;
}

const aClaim = (overrides: Partial<Parameters<JobStore["claim"]>[1]> = {}) => ({
  claimId: crypto.randomUUID(),
  now: noon,
  leaseMarginMs: 15_000,
  ...overrides,
});

const leased = (leaseUntil: number, overrides: Partial<Job> = {}): Job =>
  aJob({
    status: "running",
    claim_id: "another consumer",
    lease_until: leaseUntil,
    started_at: noon - 20_000,
    claims: 1,
    version: 2,
    ...overrides,
  });

/** An id in the given shard, which the last digit of the id chooses. */
const idInShard = (shard: number): string => newJobId().slice(0, -1) + shard.toString(16);

const placeOf = (job: Job): IndexPosition => ({ id: job.id, time: phaseTime(job) });

/** Matches the same job, whatever its write_id. */
const like = (job: Job) => ({ ...job, write_id: expect.any(String) });

/** What every JobStore does, in memory and on DynamoDB alike. */
export function describeJobStore(name: string, makeStore: () => Promise<JobStoreUnderTest>): void {
  describe(`${name} as a JobStore`, () => {
    let made: JobStoreUnderTest;
    let store: JobStore;
    beforeAll(async () => {
      made = await makeStore();
      store = made.store;
    });
    afterAll(() => made.stop?.());

    const stored = async (job: Job): Promise<Job> => {
      expect(await store.create(job)).toEqual({ outcome: "created" });
      return job;
    };

    describe("create and get", () => {
      test("a created job is read back whole", async () => {
        const job = await stored(
          aJob({
            app: "payments",
            labels: ["vip", "eu"],
            expires_at: noon + 1,
            progress: { inline: ["sms"] },
            error: { code: "TIMEOUT", message: "", retryable: true },
            attempts: [{ attempt: 1, due_at: noon, started_at: noon + 1, ended_at: noon + 2, outcome: "failed" }],
          }),
        );
        expect(await store.get(job.id)).toEqual(job);
      });

      test("a job that nobody created is absent", async () => {
        expect(await store.get(newJobId())).toBeUndefined();
      });

      test("creating a job under an id that is taken returns the existing job, unchanged", async () => {
        const first = await stored(aJob());
        const second = aJob({ id: first.id, event: "refund" });
        expect(await store.create(second)).toEqual({ outcome: "exists", job: first });
        expect(await store.get(first.id)).toEqual(first);
      });

      test("repeating the very same write counts as created", async () => {
        const job = await stored(aJob());
        expect(await store.create(job)).toEqual({ outcome: "created" });
      });

      test("when two jobs with one id are created at once, one is created and both callers see it", async () => {
        const [a, b] = [aJob(), aJob()];
        b.id = a.id;
        const outcomes = await Promise.all([store.create(a), store.create(b)]);
        expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["created", "exists"]);
        const existing = outcomes.find((outcome) => outcome.outcome === "exists");
        expect(existing).toEqual({ outcome: "exists", job: await store.get(a.id) });
      });

      test.each(odd)("an input that is $name comes back as it went in", async ({ value }) => {
        const job = await stored(
          aJob({ input: { inline: value }, progress: { inline: value }, result: { inline: value } }),
        );
        const read = await store.get(job.id);
        const text = JSON.stringify({ inline: value });
        expect(JSON.stringify(read?.input)).toBe(text);
        expect(JSON.stringify(read?.progress)).toBe(text);
        expect(JSON.stringify(read?.result)).toBe(text);
      });

      test("a value stored elsewhere is kept as a reference", async () => {
        const job = await stored(aJob({ input: { blob: "inputs/1", bytes: 5_000_000 } }));
        expect((await store.get(job.id))?.input).toEqual({ blob: "inputs/1", bytes: 5_000_000 });
      });

      test("changing a job after it was stored or read does not change the stored one", async () => {
        const job = aJob({ labels: ["before"] });
        await store.create(job);
        job.labels?.push("after");
        (await store.get(job.id))?.labels?.push("after");
        expect((await store.get(job.id))?.labels).toEqual(["before"]);
      });
    });

    describe("claim", () => {
      test.each(["scheduled", "queued"] as const)("a %s job can be claimed", async (status) => {
        const job = await stored(aJob({ status, timeout_ms: 7000 }));
        const claim = aClaim({ claimId: "ours", now: noon + 3, leaseMarginMs: 500 });
        const owned: Job = {
          ...job,
          status: "running",
          claim_id: "ours",
          lease_until: noon + 3 + 500 + 7000,
          started_at: noon + 3,
          claims: 1,
          version: 2,
        };
        expect(await store.claim(aMessage(job), claim)).toEqual({ outcome: "claimed", job: owned });
        expect(await store.get(job.id)).toEqual(owned);
      });

      test.each<JobStatus>(["completed", "failed", "cancelled", "paused"])(
        "a %s job cannot be claimed",
        async (status) => {
          const job = await stored(aJob({ status, ...(status !== "paused" && { finished_at: noon }) }));
          expect(await store.claim(aMessage(job), aClaim())).toEqual({ outcome: "gone", job });
          expect(await store.get(job.id)).toEqual(job);
        },
      );

      test("a job that does not exist is gone, and claiming it does not create it", async () => {
        const message = aMessage();
        expect(await store.claim(message, aClaim())).toEqual({ outcome: "gone" });
        expect(await store.get(message.job_id)).toBeUndefined();
      });

      test.each([
        ["run", { run: 2 }],
        ["attempt", { attempt: 2 }],
        ["due_at", { due_at: noon + 1 }],
      ])("a message of another %s is gone", async (_field, other) => {
        const job = await stored(aJob());
        expect(await store.claim(aMessage(job, other), aClaim())).toEqual({ outcome: "gone", job });
        expect(await store.get(job.id)).toEqual(job);
      });

      test("a job is taken until the last millisecond of its lease", async () => {
        const job = await stored(leased(noon));
        expect(await store.claim(aMessage(job), aClaim({ now: noon }))).toEqual({ outcome: "taken", job });
        expect(await store.get(job.id)).toEqual(job);
      });

      test("a job whose lease has ended can be claimed again, and the crash counts", async () => {
        const job = await stored(leased(noon - 1));
        const outcome = await store.claim(aMessage(job), aClaim({ claimId: "ours", now: noon }));
        expect(outcome).toMatchObject({ outcome: "claimed", job: { claim_id: "ours", claims: 2, started_at: noon } });
      });

      test.each<[string, Job]>([
        ["that waits", aJob({ type: "function" })],
        ["that another consumer is at", { ...leased(noon), type: "function" }],
      ])("a claim of a job of another type is refused with that type (%s)", async (_when, other) => {
        const job = await stored(other);
        const claim = aClaim({ type: "action", now: noon });
        expect(await store.claim(aMessage(job), claim)).toEqual({ outcome: "misdirected", job });
        expect(await store.get(job.id)).toEqual(job);
      });

      test("an outdated message is gone, whatever the type of its job", async () => {
        const job = await stored(aJob({ type: "function", status: "completed", finished_at: noon }));
        expect(await store.claim(aMessage(job), aClaim({ type: "action" }))).toEqual({ outcome: "gone", job });
      });

      test("a job of the claimer's type is claimed", async () => {
        const job = await stored(aJob({ type: "function" }));
        expect(await store.claim(aMessage(job), aClaim({ type: "function" }))).toMatchObject({ outcome: "claimed" });
      });

      test("exactly one of several simultaneous claims wins", async () => {
        const job = await stored(aJob());
        const claims = Array.from({ length: 5 }, () => store.claim(aMessage(job), aClaim()));
        const outcomes = (await Promise.all(claims)).map(({ outcome }) => outcome);
        expect(outcomes.sort()).toEqual(["claimed", "taken", "taken", "taken", "taken"]);
        expect((await store.get(job.id))?.claims).toBe(1);
      });

      test("exactly one of two simultaneous claims of an expired lease wins", async () => {
        const job = await stored(leased(noon - 1));
        const outcomes = await Promise.all([
          store.claim(aMessage(job), aClaim()),
          store.claim(aMessage(job), aClaim()),
        ]);
        expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["claimed", "taken"]);
      });
    });

    describe("replace", () => {
      test("a job's next state replaces the one that it was made from", async () => {
        const job = await stored(leased(noon));
        const next = completed(job, noon, { inline: { ok: true } });
        expect(await store.replace(next)).toBe("replaced");
        expect(await store.get(job.id)).toEqual(like(next));
      });

      test("a write gets a fresh write_id", async () => {
        const job = await stored(aJob());
        await store.replace({ ...job, version: 2 });
        expect((await store.get(job.id))?.write_id).not.toBe(job.write_id);
      });

      test("fields that the next state lacks are removed", async () => {
        const job = await stored(leased(noon));
        await store.replace(cancelled(job, noon, "no longer wanted"));
        const read = await store.get(job.id);
        expect(read).not.toHaveProperty("claim_id");
        expect(read).not.toHaveProperty("lease_until");
      });

      test("a state made from an older one is refused as lost", async () => {
        const job = await stored(aJob());
        const next = cancelled(job, noon, "first");
        await store.replace(next);
        expect(await store.replace(cancelled(job, noon, "second"))).toBe("lost");
        expect((await store.get(job.id))?.reason).toBe("first");
      });

      test("a consumer whose lease was taken over changes nothing", async () => {
        const job = await stored(leased(noon - 1));
        await store.claim(aMessage(job), aClaim({ claimId: "the next consumer" }));
        expect(await store.replace(completed(job, noon, { inline: 1 }))).toBe("lost");
        expect(await store.get(job.id)).toMatchObject({ status: "running", claim_id: "the next consumer" });
      });

      test("replacing does not bring back a removed job", async () => {
        const job = aJob();
        expect(await store.replace({ ...job, version: 2 })).toBe("lost");
        expect(await store.get(job.id)).toBeUndefined();
      });

      test("a replacement does not overwrite a new job that has reused the id of a removed one", async () => {
        const removed = await stored(aJob());
        await store.remove(removed);
        const successor = { ...removed, created_at: removed.created_at + 1 };
        await store.create(successor);
        expect(await store.replace(cancelled(removed, noon, "of the removed one"))).toBe("lost");
        expect(await store.get(removed.id)).toEqual(like(successor));
      });

      test("a failed attempt can be claimed only by its next message", async () => {
        const job = await stored(leased(noon));
        const next = attemptFailed(job, noon, { error: new JobError("TIMEOUT", "slow"), random: 0.5 });
        await store.replace(next);
        expect(await store.claim(aMessage(job), aClaim())).toEqual({ outcome: "gone", job: like(next) });
        expect(await store.claim(aMessage(next), aClaim())).toMatchObject({ outcome: "claimed" });
      });
    });

    describe("remove", () => {
      test("a job is deleted if its last write is still the same", async () => {
        const job = await stored(aJob());
        expect(await store.remove(job)).toBe("removed");
        expect(await store.get(job.id)).toBeUndefined();
      });

      test("an absent job counts as removed, since the answer to a first delete may have been lost", async () => {
        expect(await store.remove(aJob())).toBe("removed");
      });

      test("a job that was claimed meanwhile stays", async () => {
        const job = await stored(aJob());
        await store.claim(aMessage(job), aClaim());
        expect(await store.remove(job)).toBe("lost");
        expect(await store.get(job.id)).toMatchObject({ status: "running" });
      });

      test("a job of the same version but another write stays", async () => {
        const job = await stored(aJob());
        expect(await store.remove({ ...job, write_id: crypto.randomUUID() })).toBe("lost");
        expect(await store.get(job.id)).toEqual(job);
      });
    });

    describe("page", () => {
      /** A tenant of its own, so that other tests' jobs do not appear in its lists. */
      const aTenant = () => ({ product: `shop-${crypto.randomUUID()}`, env: "prd" });
      const overdue = { phase: "pending", shard: 3, until: noon, order: "asc", limit: 10 } as const;
      const storedAt = (tenant: { product: string; env: string }, due_at: number, shard = 3) =>
        stored(aJob({ ...tenant, id: idInShard(shard), due_at }));

      test("lists what is due at or before a time, oldest first", async () => {
        const tenant = aTenant();
        const onTime = await storedAt(tenant, noon);
        const oldest = await storedAt(tenant, noon - 100_000);
        const older = await storedAt(tenant, noon - 5);
        await storedAt(tenant, noon + 1);
        expect(await store.page({ ...tenant, ...overdue })).toEqual({
          jobs: [oldest, older, onTime].map(({ id, due_at }) => ({ id, time: due_at })),
        });
      });

      test("an empty shard is an empty last page", async () => {
        expect(await store.page({ ...aTenant(), ...overdue })).toEqual({ jobs: [] });
      });

      test("keeps tenants, environments, shards and phases apart", async () => {
        const tenant = aTenant();
        const job = await storedAt(tenant, noon);
        await storedAt({ ...tenant, env: "dev" }, noon);
        await storedAt(aTenant(), noon);
        await storedAt(tenant, noon, 4);
        expect((await store.page({ ...tenant, ...overdue })).jobs).toEqual([{ id: job.id, time: noon }]);
        expect((await store.page({ ...tenant, ...overdue, phase: "completed" })).jobs).toEqual([]);
      });

      test("pages follow each other without gaps or repetition, and the last one has no cursor", async () => {
        const tenant = aTenant();
        const jobs = [];
        // Two jobs per time: a page may end between jobs of the same time.
        for (const due of [1, 2, 2, 2, 3, 4]) jobs.push(await storedAt(tenant, noon - 10 + due));
        const seen: string[] = [];
        const sizes: number[] = [];
        let after: IndexPosition | undefined;
        do {
          const page = await store.page({ ...tenant, ...overdue, limit: 3 }, after);
          seen.push(...page.jobs.map(({ id }) => id));
          sizes.push(page.jobs.length);
          after = page.next;
        } while (after !== undefined);
        expect(sizes).toEqual([3, 3]);
        expect(seen).toEqual(
          jobs.toSorted((a, b) => comparePositions("asc")(placeOf(a), placeOf(b))).map(({ id }) => id),
        );
      });

      test("lists backwards too: latest first, and jobs of the same time by id", async () => {
        const tenant = aTenant();
        const jobs = [];
        for (const due of [1, 2, 2, 2, 3]) jobs.push(placeOf(await storedAt(tenant, noon - 10 + due)));
        const expected = jobs.toSorted(comparePositions("desc"));
        const query = { ...tenant, ...overdue, order: "desc", limit: 2 } as const;
        const first = await store.page(query);
        const second = await store.page(query, first.next);
        const third = await store.page(query, second.next);
        expect([first.jobs, second.jobs, third.jobs]).toEqual([
          expected.slice(0, 2),
          expected.slice(2, 4),
          expected.slice(4),
        ]);
        expect(third).not.toHaveProperty("next");
      });

      test("lists what lies between two times, both included, or everything in a shard", async () => {
        const tenant = aTenant();
        const times = [noon - 3, noon - 2, noon - 1, noon, noon + 1];
        for (const time of times) await storedAt(tenant, time);
        const timesOf = async (range: { from?: number; until?: number }) => {
          const query = { ...tenant, phase: "pending", shard: 3, order: "asc", limit: 10, ...range } as const;
          return (await store.page(query)).jobs.map(({ time }) => time);
        };
        expect(await timesOf({ from: noon - 2, until: noon })).toEqual(times.slice(1, 4));
        expect(await timesOf({ from: noon })).toEqual(times.slice(3));
        expect(await timesOf({})).toEqual(times);
        expect(await timesOf({ from: noon, until: noon - 1 })).toEqual([]);
      });

      test.each(["asc", "desc"] as const)(
        "a cursor need not match a job's position, nor lie within the range (%s)",
        async (order) => {
          const tenant = aTenant();
          const jobs = [];
          for (const time of [noon - 2, noon - 1, noon]) jobs.push(placeOf(await storedAt(tenant, time)));
          const query = { ...tenant, ...overdue, order, from: noon - 1 } as const;
          const at = (time: number) => store.page(query, { id: idInShard(5), time });
          const inRange = jobs.slice(1).toSorted(comparePositions(order));
          expect((await at(order === "asc" ? noon - 5 : noon + 5)).jobs).toEqual(inRange);
          expect((await at(order === "asc" ? noon + 5 : noon - 5)).jobs).toEqual([]);
          // Ids sort by creation: this one is later than all of them.
          expect((await at(noon - 1)).jobs).toEqual(order === "asc" ? [jobs[2]] : [jobs[1]]);
        },
      );

      test("jobs that leave while a reader pages do not make the reader miss others", async () => {
        const tenant = aTenant();
        const first = await storedAt(tenant, noon - 2);
        const second = await storedAt(tenant, noon - 1);
        const page = await store.page({ ...tenant, ...overdue, limit: 1 });
        expect(page.next).toEqual(placeOf(first));
        await store.remove(first);
        expect((await store.page({ ...tenant, ...overdue, limit: 1 }, page.next)).jobs).toMatchObject([
          { id: second.id },
        ]);
      });

      test("a running job is still pending, at the time it was due", async () => {
        const tenant = aTenant();
        const job = await storedAt(tenant, noon - 1);
        await store.claim(aMessage(job), aClaim());
        expect((await store.page({ ...tenant, ...overdue })).jobs).toEqual([{ id: job.id, time: noon - 1 }]);
      });

      test("a finished job moves to its phase, at the time at which it finished", async () => {
        const tenant = aTenant();
        const job = await storedAt(tenant, noon - 1);
        await store.replace(cancelled(job, noon + 50, "no longer wanted"));
        expect((await store.page({ ...tenant, ...overdue })).jobs).toEqual([]);
        const finished = { ...tenant, ...overdue, phase: "cancelled" } as const;
        expect((await store.page({ ...finished, until: noon + 49 })).jobs).toEqual([]);
        expect((await store.page({ ...finished, until: noon + 50 })).jobs).toMatchObject([{ id: job.id }]);
      });

      test("a job that waits for another attempt moves to its new time", async () => {
        const tenant = aTenant();
        const job = await stored(leased(noon, { ...tenant, id: idInShard(3) }));
        const next = attemptFailed(job, noon, { error: new JobError("TIMEOUT", "slow"), random: 0.5 });
        await store.replace(next);
        expect((await store.page({ ...tenant, ...overdue })).jobs).toEqual([]);
        const later = await store.page({ ...tenant, ...overdue, until: next.due_at });
        expect(later.jobs).toEqual([{ id: job.id, time: next.due_at }]);
      });
    });

    describe("createMany", () => {
      test("stores every job, even more than DynamoDB takes at once", async () => {
        const jobs = Array.from({ length: 60 }, (_, i) => aJob({ labels: [`number ${i}`] }));
        expect(await store.createMany(jobs)).toEqual([]);
        const read = await store.getMany(jobs.map(({ id }) => id));
        expect(read.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
          jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        );
      });

      test("a job that the store permanently refuses fails alone", async () => {
        const jobs = Array.from({ length: 30 }, (_, i) => aJob({ labels: [`number ${i}`] }));
        const one = jobs[7] as Job;
        one.repeat = { every: 1000, anchor: noon, end_date: 1e200, overlap: "skip" };
        const refused = await store.createMany(jobs);
        expect(refused).toEqual([{ index: 7, cause: expect.any(PermanentError) }]);
        expect(await store.getMany(jobs.map(({ id }) => id))).toHaveLength(29);
        await expect(store.create(one)).rejects.toBeInstanceOf(PermanentError);
        expect(await store.get(one.id)).toBeUndefined();
      });

      test("an id that is requested twice is answered once", async () => {
        const [one, other] = [aJob(), aJob()];
        await store.createMany([one, other]);
        const read = await store.getMany([one.id, other.id, one.id, aJob().id]);
        expect(read.map(({ id }) => id).toSorted()).toEqual([one.id, other.id].toSorted());
      });

      test("creating no jobs does nothing", async () => {
        expect(await store.createMany([])).toEqual([]);
      });

      test("a job it stored is listed and can be claimed", async () => {
        const job = aJob({ product: `shop-${crypto.randomUUID()}`, id: idInShard(3) });
        await store.createMany([job]);
        const query = { product: job.product, env: "prd", phase: "pending", shard: 3, order: "asc", limit: 5 } as const;
        expect((await store.page(query)).jobs).toEqual([placeOf(job)]);
        expect(await store.claim(aMessage(job), aClaim())).toMatchObject({ outcome: "claimed" });
      });
    });

    describe("archive and runs", () => {
      const aRun = (job_id: string, run: number, overrides: Partial<RunRecord> = {}): RunRecord => ({
        job_id,
        run,
        version: 3,
        created_at: noon - 1,
        status: "completed",
        scheduled_at: noon,
        due_at: noon,
        started_at: noon + 1,
        finished_at: noon + 2,
        attempts: [{ attempt: 1, due_at: noon, started_at: noon + 1, ended_at: noon + 2, outcome: "completed" }],
        ...overrides,
      });

      test("an archived run is read back whole", async () => {
        const id = newJobId();
        const failed = aRun(id, 2, {
          status: "failed",
          error: { code: "TIMEOUT", message: "slow", retryable: true },
          result: { blob: "results/1", bytes: 5000 },
        });
        const completed = aRun(id, 1, { result: { inline: { "": [1e21] } } });
        await store.archive(completed);
        await store.archive(failed);
        expect(await store.runs(id, { limit: 10, order: "asc" })).toEqual({ runs: [completed, failed] });
      });

      test("a run archived twice is stored once, as it was last given", async () => {
        const id = newJobId();
        await store.archive(aRun(id, 1));
        await store.archive(aRun(id, 1));
        await store.archive(aRun(id, 1, { status: "cancelled", reason: "expired" }));
        expect((await store.runs(id, { limit: 10, order: "desc" })).runs).toMatchObject([{ reason: "expired" }]);
      });

      test("a late consumer's outcome does not replace that of its successor", async () => {
        const id = newJobId();
        await store.archive(aRun(id, 1, { version: 5, status: "failed" }));
        await store.archive(aRun(id, 1, { version: 4, status: "completed" }));
        expect((await store.runs(id, { limit: 10, order: "desc" })).runs).toMatchObject([{ status: "failed" }]);
        await store.archive(aRun(id, 1, { version: 6, status: "completed" }));
        expect((await store.runs(id, { limit: 10, order: "desc" })).runs).toMatchObject([{ status: "completed" }]);
      });

      test("the run of a deleted job is replaced by that of a job created later under the same key", async () => {
        const id = newJobId();
        await store.archive(aRun(id, 1, { version: 9, status: "failed" }));
        await store.archive(aRun(id, 1, { created_at: noon }));
        expect((await store.runs(id, { limit: 10, order: "desc" })).runs).toMatchObject([{ status: "completed" }]);
      });

      test("runs come in pages, ordered by number and not by digits", async () => {
        const id = newJobId();
        for (const run of [1, 2, 9, 10, 11]) await store.archive(aRun(id, run));
        await store.archive(aRun(newJobId(), 3));
        const numbers = async (order: "asc" | "desc", after?: number) => {
          const { runs, next } = await store.runs(id, { limit: 2, order }, after);
          return { runs: runs.map(({ run }) => run), next };
        };
        expect(await numbers("desc")).toEqual({ runs: [11, 10], next: 10 });
        expect(await numbers("desc", 10)).toEqual({ runs: [9, 2], next: 2 });
        expect(await numbers("desc", 2)).toEqual({ runs: [1], next: undefined });
        expect(await numbers("asc", 1)).toEqual({ runs: [2, 9], next: 9 });
        expect(await numbers("asc", 11)).toEqual({ runs: [], next: undefined });
      });

      test("a job without archived runs has an empty last page, and its own item is not taken for a run", async () => {
        const job = await stored(aJob());
        expect(await store.runs(job.id, { limit: 10, order: "desc" })).toEqual({ runs: [] });
        await store.archive(aRun(job.id, 1));
        expect(await store.get(job.id)).toEqual(job);
        expect((await store.runs(job.id, { limit: 10, order: "desc" })).runs).toHaveLength(1);
      });
    });
  });
}

const nested = (depth: number): unknown => (depth === 0 ? "deep" : { level: [nested(depth - 1)] });

/** Values that a database's own types would refuse or change. */
const odd = [
  { name: "null", value: null },
  { name: "an empty object", value: {} },
  { name: "full of empty strings and keys", value: { "": "", list: [""], none: null } },
  { name: "nested 80 levels deep", value: nested(40) },
  { name: "numbers of any size", value: [1e21, -1e300, 5e-324, 0.1, 123456789012345680000, 2 ** 53 + 2] },
  { name: "unicode", value: { "ключ 🔑": "zażółć \u0000 \u2028 👩‍👩‍👧 \ud800" } },
  { name: "named like a prototype", value: JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') },
  { name: "85 KB long", value: { text: "é".repeat(30_000), list: Array.from({ length: 5000 }, (_, i) => i) } },
];
