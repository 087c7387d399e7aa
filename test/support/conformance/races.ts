import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../lambdas/consumers/types/feature/decisions.ts";
import { type Job, jobMessageOf } from "../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { parked } from "../../../lambdas/core/job/transitions.ts";
import {
  type Change,
  cancel,
  changeJob,
  deleteJob,
  pauseJob,
  reschedule,
  resume,
  retry,
  runNow,
} from "../../../lambdas/core/operations/change-job.ts";
import { changeJobs } from "../../../lambdas/core/operations/change-jobs.ts";
import { type ExecuteWithServices, Parked } from "../../../lambdas/core/operations/execution.ts";
import { scheduleJob } from "../../../lambdas/core/operations/schedule-job.ts";
import type { JobStore } from "../../../lambdas/core/ports/job-store.ts";
import { parseRequest } from "../../../lambdas/core/requests/request.ts";
import { aJob, noon } from "../builders.ts";
import { catalog } from "../catalog/catalog.ts";
import { throttled } from "../fakes/failures.ts";
import { fakeServices } from "../fakes/services.ts";
import { interleaved } from "../gate.ts";
import type { JobStoreUnderTest } from "./job-store.ts";

const order = { env: "prd", product_tag: "my-product", event: "create_order", input: { body: {} }, start_at: 0 };
const mine = (overrides: Partial<Job> = {}) => aJob({ product: "my-product", event: "create_order", ...overrides });
const repeat = { every: 60_000, anchor: noon, overlap: "skip" as const };
const minute = 60_000;

/** Two parties that want different things of one job, each paused once between its read and its write. */
export function describeRaces(name: string, open: () => Promise<JobStoreUnderTest>): void {
  describe(`races on ${name}`, () => {
    let under: JobStoreUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.stop?.());

    /** A job in the store, and what each party can do to it through its own view of the store. */
    async function world(job: Job) {
      const { store } = under;
      await store.create(job);
      const services = fakeServices({ catalog });
      const runs: number[] = [];
      const on = (jobs: JobStore) => ({ ...services, jobs });
      return {
        store,
        services,
        runs,
        on,
        change: (change: Change) => (jobs: JobStore) => changeJob(on(jobs), job.id, change),
        remove: (jobs: JobStore) => deleteJob(on(jobs), job.id),
        /** The consumer, given a message of the job as it was first stored unless the test passes another one. */
        consume:
          (message = jobMessageOf(job)) =>
          (jobs: JobStore) =>
            runJob(on(jobs), async ({ job: { run } }) => runs.push(run), message),
        /** Delivers everything that was queued since the last call. */
        async deliver() {
          for (const { message } of services.queue.sent.splice(0)) {
            await runJob(on(store), async ({ job: { run } }) => runs.push(run), message);
          }
        },
        now: () => store.get(job.id),
      };
    }

    describe("cancel against claim", () => {
      test("a claim between the cancellation's read and write runs, and its outcome is discarded", async () => {
        const job = mine();
        const { store, change, on, now } = await world(job);
        let finish = (_result: number) => {};
        let running: Promise<void> | undefined;
        const [cancelled] = await interleaved(store, { method: "replace", party: change(cancel("no")) }, (jobs) => {
          return new Promise<void>((started) => {
            const execute = () =>
              new Promise<number>((resolve) => {
                finish = resolve;
                started();
              });
            running = runJob(on(jobs), execute, jobMessageOf(job));
          });
        });
        expect(cancelled).toMatchObject({ value: { status: "cancelled", attempts: [{ outcome: "cancelled" }] } });
        finish(7);
        await running;
        const after = await now();
        expect(after).toMatchObject({ status: "cancelled", reason: "no" });
        expect(after).not.toHaveProperty("result");
      });

      test("a cancellation between a message's arrival and its claim lets nothing run", async () => {
        const { store, change, consume, runs, now } = await world(mine());
        const [consumed, cancelled] = await interleaved(
          store,
          { method: "claim", party: consume() },
          change(cancel("no")),
        );
        expect([consumed, cancelled]).toMatchObject([{ value: undefined }, { value: { status: "cancelled" } }]);
        expect(runs).toEqual([]);
        expect(await now()).toMatchObject({ status: "cancelled", reason: "no", attempts: [] });
      });
    });

    describe("cancel against outcome", () => {
      test("an outcome that comes after the cancellation is discarded", async () => {
        const { store, change, consume, runs, now } = await world(mine());
        await interleaved(store, { method: "replace", party: consume() }, change(cancel("no")));
        expect(runs).toEqual([1]);
        const after = await now();
        expect(after).toMatchObject({ status: "cancelled", reason: "no", attempts: [{ outcome: "cancelled" }] });
        expect(after).not.toHaveProperty("result");
        expect(after).not.toHaveProperty("claim_id");
      });

      test("an outcome between the cancellation's read and write stands", async () => {
        const { store, change, consume, now } = await world(mine());
        const [cancelled] = await interleaved(store, { method: "replace", party: change(cancel("no")) }, consume());
        expect(cancelled).toEqual({ code: "STATE_CONFLICT", jobStatus: "completed" });
        expect(await now()).toMatchObject({ status: "completed", result: { inline: 1 } });
      });
    });

    describe("pause against the next run", () => {
      test("a run that ends between the pause's read and write is the last one for now", async () => {
        const { store, change, consume, deliver, runs, services, now } = await world(mine({ repeat }));
        const [paused] = await interleaved(store, { method: "replace", party: change(pauseJob) }, consume());
        expect(paused).toMatchObject({ value: { status: "paused", run: 2 } });
        await services.clock.advance(minute);
        await deliver();
        expect(runs).toEqual([1]);
        expect(await now()).toMatchObject({ status: "paused", run: 2 });
      });

      test("a pause between a run's end and its record holds back the next run", async () => {
        const { store, change, consume, deliver, runs, services, now } = await world(mine({ repeat }));
        const [, paused] = await interleaved(store, { method: "replace", party: consume() }, change(pauseJob));
        expect(paused).toMatchObject({ value: { status: "running", pause_requested: true } });
        expect(await now()).toMatchObject({ status: "paused", run: 2 });
        const { id } = (await now()) as Job;
        expect((await store.runs(id, { limit: 10, order: "asc" })).runs).toMatchObject([
          { run: 1, status: "completed" },
        ]);
        await services.clock.advance(minute);
        await deliver();
        expect(runs).toEqual([1]);
      });

      test("a pause between the next message's arrival and its claim lets nothing run", async () => {
        const { store, change, consume, deliver, runs, services } = await world(mine({ repeat }));
        await interleaved(store, { method: "claim", party: consume() }, change(pauseJob));
        expect(runs).toEqual([]);
        await change(resume)(store);
        await services.clock.advance(minute);
        await deliver();
        expect(runs).toEqual([1]);
      });

      test("of a simultaneous resume and pause, the later one holds", async () => {
        const { store, change, now } = await world(mine({ repeat, status: "paused" }));
        const [resumed] = await interleaved(store, { method: "replace", party: change(resume) }, change(resume));
        expect(resumed).toMatchObject({ value: { status: "scheduled" } });
        await interleaved(store, { method: "replace", party: change(pauseJob) }, change(pauseJob));
        expect(await now()).toMatchObject({ status: "paused" });
      });
    });

    describe("reschedule against fire", () => {
      const later = reschedule({ due_at: noon + 30 * minute });

      test("an old message that is still delivered starts nothing", async () => {
        const { store, change, consume, deliver, runs, services, now } = await world(mine());
        await interleaved(store, { method: "claim", party: consume() }, change(later));
        await consume()(store);
        expect(runs).toEqual([]);
        const moved = (await now()) as Job;
        expect(moved).toMatchObject({ status: "scheduled", due_at: noon + 30 * minute });
        expect([...services.scheduler.schedules.values()]).toMatchObject([{ message: jobMessageOf(moved) }]);
        await services.clock.advance(30 * minute);
        await consume(jobMessageOf(moved))(store);
        await deliver();
        expect(runs).toEqual([1]);
      });

      test("a job that starts between the reschedule's read and write is not moved", async () => {
        const { store, change, consume, runs, now } = await world(mine());
        const [moved] = await interleaved(store, { method: "replace", party: change(later) }, consume());
        expect(moved).toEqual({ code: "STATE_CONFLICT", jobStatus: "completed" });
        expect(runs).toEqual([1]);
        expect(await now()).toMatchObject({ status: "completed", due_at: noon });
      });

      test("a job that is moved twice at once starts at the time of the later move", async () => {
        const job = mine({ status: "scheduled", due_at: noon + 60 * minute });
        const { store, change, services, now } = await world(job);
        const sooner = reschedule({ due_at: noon + 20 * minute });
        await interleaved(store, { method: "replace", party: change(sooner) }, change(later));
        expect(await now()).toMatchObject({ due_at: noon + 20 * minute });
        expect([...services.scheduler.schedules.values()]).toMatchObject([{ message: { due_at: noon + 20 * minute } }]);
      });
    });

    describe("retry against deletion, by a caller or by TTL", () => {
      const failed = () => mine({ status: "failed", finished_at: noon - 1 });

      test("a job that vanishes between the retry's read and write is not recreated", async () => {
        const { store, change, remove, services, now } = await world(failed());
        const [retried] = await interleaved(store, { method: "replace", party: change(retry(0)) }, remove);
        expect(retried).toMatchObject({ code: "JOB_NOT_FOUND" });
        expect(await now()).toBeUndefined();
        expect(services.queue.sent).toEqual([]);
      });

      test("a job that is retried between the deletion's read and write stays", async () => {
        const { store, change, remove, deliver, runs } = await world(failed());
        const [deleted] = await interleaved(store, { method: "remove", party: remove }, change(retry(0)));
        expect(deleted).toEqual({ code: "STATE_CONFLICT", jobStatus: "queued" });
        await deliver();
        expect(runs).toEqual([1]);
      });

      test("a job that is retried twice at once gets one more attempt", async () => {
        const { store, change, deliver, runs, now } = await world(failed());
        const [first] = await interleaved(store, { method: "replace", party: change(retry(0)) }, change(retry(0)));
        expect(first).toEqual({ code: "STATE_CONFLICT", jobStatus: "queued" });
        await deliver();
        expect(runs).toEqual([1]);
        expect(await now()).toMatchObject({ attempt: 2, status: "completed" });
      });
    });

    describe("run-now against fire", () => {
      const soon = () => mine({ status: "scheduled", due_at: noon + 5 * minute });

      test("a job whose time comes between run-now's read and write runs once", async () => {
        const { store, change, consume, deliver, runs, services } = await world(soon());
        const [early] = await interleaved(store, { method: "replace", party: change(runNow) }, async (jobs) => {
          await services.clock.advance(5 * minute);
          await consume()(jobs);
        });
        expect(early).toEqual({ code: "STATE_CONFLICT", jobStatus: "completed" });
        await deliver();
        expect(runs).toEqual([1]);
      });

      test("a delayed message for the old time starts nothing more", async () => {
        const { store, change, consume, deliver, runs, services } = await world(soon());
        await services.clock.advance(5 * minute - 1);
        const waiting = interleaved(store, { method: "claim", party: consume() }, async (jobs) => {
          await change(runNow)(jobs);
          await deliver();
        }).catch((error: unknown) => error);
        // It waits in process for the last milliseconds before its time, then makes its claim.
        await services.clock.advance(1);
        await waiting;
        expect(runs).toEqual([1]);
      });
    });

    describe("bulk changes against single ones", () => {
      const bulk =
        (services: ReturnType<typeof fakeServices>, job: Job, action: "cancel" | "delete") =>
        async (jobs: JobStore) => {
          const how = { action, reason: "all of them", caller: { actor: "k:deployed" }, dryRun: false } as const;
          const { errors } = await changeJobs({ ...services, jobs }, [job], how, () => {});
          return errors;
        };

      test("a job that is cancelled alone meanwhile keeps its reason", async () => {
        const job = mine();
        const { store, change, services, now } = await world(job);
        const [many] = await interleaved(
          store,
          { method: "replace", party: bulk(services, job, "cancel") },
          change(cancel("this one")),
        );
        expect(many).toEqual({ value: [] });
        expect(await now()).toMatchObject({ status: "cancelled", reason: "this one", version: 2 });
      });

      test("a job that a bulk request cancels meanwhile has that request's reason", async () => {
        const job = mine();
        const { store, change, services } = await world(job);
        const [one] = await interleaved(
          store,
          { method: "replace", party: change(cancel("this one")) },
          bulk(services, job, "cancel"),
        );
        expect(one).toMatchObject({ value: { status: "cancelled", reason: "all of them" } });
      });

      test("a job that is retried meanwhile is not deleted", async () => {
        const job = mine({ status: "failed", finished_at: noon - 1 });
        const { store, change, services, now } = await world(job);
        const [many] = await interleaved(
          store,
          { method: "remove", party: bulk(services, job, "delete") },
          change(retry(0)),
        );
        expect(many).toMatchObject({ value: [{ job_id: job.id, code: "STATE_CONFLICT" }] });
        expect(await now()).toMatchObject({ status: "queued" });
      });
    });

    test("two simultaneous cancellations count as one, with one reason", async () => {
      const { store, change, now } = await world(mine());
      const ends = await interleaved(
        store,
        { method: "replace", party: change(cancel("first")) },
        change(cancel("second")),
      );
      expect(ends).toMatchObject([{ value: { reason: "second" } }, { value: { reason: "second" } }]);
      expect(await now()).toMatchObject({ version: 2, reason: "second" });
    });

    test("one of two consumers with the same message runs the job", async () => {
      const { store, consume, runs } = await world(mine());
      await interleaved(store, { method: "claim", party: consume() }, consume());
      expect(runs).toEqual([1]);
    });

    describe("a wake-up during a decision", () => {
      const parks: ExecuteWithServices = async () => new Parked({ seen: true }, noon + 30 * minute);

      async function deciding() {
        const job = mine();
        const { store, on, services, now } = await world(job);
        const decide = (jobs: JobStore) => runJob(on(jobs), parks, jobMessageOf(job), { policy: decisionPolicy });
        return { job, store, on, decide, sent: services.queue.sent, now };
      }

      test("that comes before the decision's end is written gets one more message", async () => {
        const { store, decide, sent, now } = await deciding();
        await interleaved(store, { method: "replace", party: decide }, async (jobs) => {
          for (let i = 0; i < 3; i++) await decide(jobs);
        });
        expect(sent).toMatchObject([{ delaySeconds: 0 }]);
        const after = await now();
        expect(after).toMatchObject({ status: "running", progress: { inline: { seen: true } } });
        expect(after).not.toHaveProperty("wake_requested");
        expect(after).not.toHaveProperty("claim_id");
      });

      test("that comes after the decision's end makes the next decision itself", async () => {
        const { job, store, decide, sent, now } = await deciding();
        const claim = { claimId: "other", now: noon, leaseMarginMs: minute };
        const outcome = await store.claim(jobMessageOf(job), claim);
        if (outcome.outcome !== "claimed") throw new Error("it was not claimed");
        await interleaved(store, { method: "replace", party: decide }, (jobs) =>
          jobs.replace(parked(outcome.job, { inline: {} }, noon + minute)),
        );
        expect(sent).toEqual([]);
        expect(await now()).toMatchObject({ progress: { inline: { seen: true } }, wake_at: noon + 30 * minute });
      });
    });

    describe("two simultaneous requests with one idempotency key", () => {
      const asked = (more: object = {}) =>
        parseRequest({ ...order, idempotency_key: newJobId(), ...more }, catalog, noon);

      test.each(["create", "replace"] as const)(
        "make one job, one receipt and one execution (second before the first's %s)",
        async (method) => {
          const { store, on, services, deliver, runs } = await world(mine());
          const request = asked();
          if (method === "replace") await scheduleJob(on(store), request);
          const schedule = (jobs: JobStore) => scheduleJob(on(jobs), request);
          const [first, second] = await interleaved(store, { method, party: schedule }, schedule);
          if (!("value" in first && "value" in second)) throw new Error("one was refused");
          expect(first.value.id).toBe(second.value.id);
          expect(services.queue.sent.length).toBeGreaterThan(0);
          await deliver();
          expect(runs).toEqual([1]);
        },
      );

      test("that differ make one job and one mismatch", async () => {
        const { store, on } = await world(mine());
        const key = newJobId();
        const [first, second] = await interleaved(
          store,
          { method: "create", party: (jobs) => scheduleJob(on(jobs), asked({ idempotency_key: key })) },
          (jobs) => scheduleJob(on(jobs), asked({ idempotency_key: key, retries: 1 })),
        );
        expect(first).toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
        expect(second).toMatchObject({ value: { retries: 1 } });
      });
    });

    describe("a repetition while a refused job is taken back", () => {
      /** A request whose first message, or every message, AWS refuses while it accepts those of others. */
      async function refused(times: number) {
        const { store, on, services, deliver, runs } = await world(mine());
        const request = parseRequest({ ...order, idempotency_key: newJobId() }, catalog, noon);
        const { send } = services.queue;
        let left = times;
        const queue = {
          ...services.queue,
          send: async (...sent: Parameters<typeof send>) => {
            if (left-- > 0) throw throttled("AWS is down");
            await send(...sent);
          },
        };
        const refusing = (jobs: JobStore) => ({ ...on(jobs), queue });
        return { store, on, services, deliver, runs, request, refusing };
      }

      test("keeps the job if it comes before, and both callers learn of it", async () => {
        const { store, on, deliver, runs, request, refusing } = await refused(1);
        const [first, second] = await interleaved(
          store,
          { method: "remove", party: (jobs) => scheduleJob(refusing(jobs), request) },
          (jobs) => scheduleJob(on(jobs), request),
        );
        if (!("value" in first && "value" in second)) throw new Error("one was refused");
        expect(first.value.id).toBe(second.value.id);
        await deliver();
        expect(runs).toEqual([1]);
      });

      test("keeps its receipt though the first request is refused once more", async () => {
        const { store, on, deliver, runs, request, refusing } = await refused(9);
        const [first, second] = await interleaved(
          store,
          { method: "remove", party: (jobs) => scheduleJob(refusing(jobs), request) },
          (jobs) => scheduleJob(on(jobs), request),
        );
        expect([first, second]).toMatchObject([{ code: "UNAVAILABLE" }, { value: { status: "queued" } }]);
        await deliver();
        expect(runs).toEqual([1]);
      });

      test("leaves nothing if it writes afterwards, and both callers may try again", async () => {
        const { store, on, request, refusing } = await refused(9);
        const ends: unknown[] = [];
        const [first] = await interleaved(
          store,
          { method: "remove", party: (jobs) => scheduleJob(refusing(jobs), request) },
          async (jobs) => {
            // Reads the job while it exists, and reaches its write when the job is gone.
            const gone = async (next: Job) => {
              await jobs.remove({ ...next, version: next.version - 1 });
              return jobs.replace(next);
            };
            const repeated = scheduleJob(on({ ...jobs, replace: gone }), request);
            ends.push(
              await repeated.then(
                () => "accepted",
                (error: { code: string }) => error.code,
              ),
            );
          },
        );
        expect([first, ends]).toMatchObject([{ code: "UNAVAILABLE" }, ["UNAVAILABLE"]]);
        expect((await scheduleJob(on(store), request)).status).toBe("queued");
      });
    });
  });
}
