import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { schedulesHash, schedulesOff, wantedOf } from "../../../lambdas/core/catalog/schedules.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { afterClaim } from "../../../lambdas/core/job/transitions.ts";
import { cancel, changeJob, pauseJob, reschedule, runNow } from "../../../lambdas/core/operations/change-job.ts";
import { listSeries } from "../../../lambdas/core/queries/list-series.ts";
import { removedReason } from "../../../lambdas/reconciler/follow-schedules.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { followedFor, syncSchedules } from "../../../lambdas/reconciler/schedules.ts";
import { noon } from "../../support/builders.ts";
import { myProduct } from "../../support/catalog/my-product.ts";
import { throttled } from "../../support/fakes/failures.ts";
import { fakeScheduleStates } from "../../support/fakes/schedule-states.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const nightly = {
  event: "create_order",
  env: "prd",
  cron: "0 2 * * *",
  tz: "Europe/Berlin",
  input: { body: { sku: "A-1" } },
};
const never = Number.POSITIVE_INFINITY;
const productWith = (schedules: Record<string, object>) => ({ ...myProduct, schedules }) as unknown as Product;

/** A deployment whose catalog may be replaced by another one's. */
function world(secondsOfRound = Number.POSITIVE_INFINITY) {
  const services = fakeServices({ catalog: makeCatalog([], registry) });
  const states = fakeScheduleStates();
  let memory = newMemory();
  let code = "";
  const round = () => {
    const hash = followedFor(schedulesHash(services.catalog.products), code);
    const end = services.clock.now() + secondsOfRound * 1000;
    return syncSchedules(services, { states, hash }, memory, end);
  };
  const deploy = async (schedules: Record<string, object>, of = "") => {
    code = of;
    services.catalog = makeCatalog([productWith(schedules)], registry);
    memory = newMemory();
    await round();
  };
  const lose = () => {
    memory = newMemory();
  };
  const all = () => services.jobs.all();
  const change = (what: Parameters<typeof changeJob>[2], id = all()[0]?.id ?? "") => changeJob(services, id, what);
  const drift = async () => {
    const tenants = [{ product: "my-product", env: "prd" }];
    const query = { limit: 20, status: ["scheduled", "queued", "paused", "cancelled", "running"] as const };
    return (await listSeries(services, tenants, query, services.clock.now())).series.map((one) => one.drift ?? []);
  };
  return { ...services, services, states, deploy, round, lose, all, change, drift };
}

describe("a schedule of the catalog", () => {
  it("becomes one recurring job in each of its envs", async () => {
    const w = world();
    await w.deploy({ nightly: { ...nightly, env: ["dev", "prd"], labels: ["report"], retries: 7 } });
    await w.deploy({ nightly: { ...nightly, env: ["dev", "prd"], labels: ["report"], retries: 7 } });
    expect(w.all().map(({ env }) => env)).toEqual(["dev", "prd"]);
    expect(w.all()[1]).toMatchObject({
      event: "create_order",
      status: "scheduled",
      due_at: Date.parse("2030-01-02T01:00:00Z"),
      labels: ["report"],
      retries: 7,
      schedule: { name: "nightly" },
      repeat: { cron: "0 2 * * *", tz: "Europe/Berlin", overlap: "skip" },
    });
    expect(w.scheduler.schedules.size).toBe(2);
  });

  it("changes its job, which keeps its id and its runs", async () => {
    const w = world();
    await w.deploy({ nightly });
    const before = w.all()[0] as Job;
    await w.deploy({ nightly: { ...nightly, cron: "0 4 * * *", event: "send_notification", input: message } });
    expect(w.all()).toMatchObject([
      {
        id: before.id,
        created_at: before.created_at,
        event: "send_notification",
        type: "notification",
        due_at: Date.parse("2030-01-02T03:00:00Z"),
      },
    ]);
    expect(w.all()[0]?.schedule?.fingerprint).not.toBe(before.schedule?.fingerprint);
    expect([...w.scheduler.schedules.values()]).toHaveLength(1);
  });

  it("that changes only its input keeps the time of its next run", async () => {
    const w = world();
    await w.deploy({ tick: { ...nightly, cron: undefined, tz: undefined, every: 3_600_000 } });
    await w.clock.advance(1_800_000);
    const before = w.all()[0] as Job;
    await w.deploy({
      tick: { ...nightly, cron: undefined, tz: undefined, every: 3_600_000, input: { body: { sku: "B-2" } } },
    });
    expect(w.all()[0]).toMatchObject({ due_at: before.due_at, repeat: before.repeat });
    expect(w.all()[0]?.input).not.toEqual(before.input);
  });

  it("has its job cancelled when it leaves the catalog", async () => {
    const w = world();
    await w.deploy({ nightly });
    await w.deploy({});
    expect(w.all()).toMatchObject([{ status: "cancelled", reason: removedReason }]);
    expect(w.scheduler.schedules.size).toBe(0);
    await w.deploy({ nightly });
    expect(w.all()).toMatchObject([{ status: "scheduled", run: 1 }]);
    expect(w.all()[0]).not.toHaveProperty("reason");
  });

  it("is not undone by the round of an earlier deployment", async () => {
    const w = world(50);
    const { create } = w.services.jobs;
    const held = Promise.withResolvers<void>();
    w.services.jobs.create = async (job) => {
      await held.promise;
      return create(job);
    };
    const earlier = w.deploy({ nightly });
    await w.clock.advance(1000);
    await w.deploy({});
    held.resolve();
    await earlier;
    expect(w.all()).toMatchObject([{ status: "scheduled" }]);
    for (let minutes = 0; minutes < 2; minutes++) {
      await w.clock.advance(60_000);
      await w.round();
    }
    expect(w.all()).toMatchObject([{ status: "cancelled", reason: removedReason }]);
  });

  it("changes its job after the run that has begun", async () => {
    const w = world();
    await w.deploy({ nightly });
    const waits = w.all()[0] as Job;
    await w.jobs.replace(afterClaim(waits, { claimId: "c", now: noon, leaseMarginMs: 1000 }));
    await w.deploy({ nightly: { ...nightly, cron: "0 4 * * *" } });
    expect(w.all()[0]?.repeat?.cron).toBe("0 2 * * *");
    expect(await w.drift()).toEqual([["outdated"]]);
    await w.jobs.replace({ ...waits, version: (w.all()[0]?.version ?? 0) + 1 });
    await w.round();
    expect(w.all()[0]?.repeat?.cron).toBe("0 4 * * *");
    expect(await w.drift()).toEqual([[]]);
  });

  it("that AWS refuses is made later and holds up no other", async () => {
    const w = world();
    const { create } = w.jobs;
    let refusals = 1;
    w.services.jobs.create = async (job) => {
      if (refusals-- > 0) throw throttled();
      return create(job);
    };
    await w.deploy({ nightly, weekly: { ...nightly, cron: "0 2 * * MON" } });
    expect(w.all()).toHaveLength(1);
    await w.round();
    expect(w.all()).toHaveLength(2);
  });

  it("is followed over several rounds if one is too short", async () => {
    const w = world(10);
    const { get } = w.jobs;
    let reads = 0;
    w.services.jobs.get = async (id) => {
      reads++;
      await w.clock.advance(1000);
      return get(id);
    };
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`nightly-${n}`, nightly]));
    await w.deploy(many);
    const perRound = [w.all().length];
    for (let round = 1; w.all().length < 40 && round < 10; round++) {
      w.lose();
      await w.round();
      perRound.push(w.all().length);
    }
    expect(perRound.every((count, round) => round === 0 || count > (perRound[round - 1] ?? 0))).toBe(true);
    expect(w.all()).toHaveLength(40);
    expect(reads).toBeLessThan(60);
    expect(await w.states.get()).toMatchObject({ hash: schedulesHash(w.services.catalog.products) });
    // What has left the catalog is ended over several rounds as well.
    await w.deploy({});
    for (let round = 0; round < 10; round++) await w.round();
    expect(new Set(w.all().map(({ status }) => status))).toEqual(new Set(["cancelled"]));
    expect(await w.states.get()).toEqual({ hash: schedulesHash(w.services.catalog.products), job_ids: [] });
  });

  it("is known to later deployments even if the round that makes it dies", async () => {
    const w = world();
    const { put } = w.states;
    w.states.put = async (state) => {
      if (state.hash !== "under way") throw new Error("died");
      await put(state);
    };
    await expect(w.deploy({ nightly })).rejects.toThrow("died");
    w.states.put = put;
    await w.deploy({});
    expect(w.all()).toMatchObject([{ status: "cancelled", reason: removedReason }]);
  });

  it("costs one read per process once all is done", async () => {
    const w = world();
    await w.deploy({ nightly });
    let reads = 0;
    const get = async () => {
      reads++;
      return w.states.get();
    };
    const states = { ...w.states, get };
    const hash = schedulesHash(w.services.catalog.products);
    const memory = newMemory();
    for (let round = 0; round < 3; round++) await syncSchedules(w.services, { states, hash }, memory, never);
    expect(reads).toBe(1);
    await syncSchedules(w.services, { states, hash: schedulesOff }, newMemory(), never);
    expect(reads).toBe(1);
  });
});

describe("the job of a schedule that was changed by hand", () => {
  it("is put back by other code, although no schedule has changed", async () => {
    const w = world();
    await w.deploy({ nightly }, "one.zip");
    await w.change(pauseJob);
    await w.deploy({ nightly }, "one.zip");
    expect(await w.drift()).toEqual([["paused"]]);
    await w.deploy({ nightly }, "two.zip");
    expect(await w.drift()).toEqual([[]]);
    expect(w.all()).toMatchObject([{ status: "scheduled" }]);
  });

  it("is left alone where schedules are off", () => {
    expect(followedFor(schedulesOff, "one.zip")).toBe(schedulesOff);
    expect(followedFor("hash", "")).toBe("hash");
  });

  const later = { nightly, another: { ...nightly, cron: "0 5 * * *" } };

  it.each<[string, (w: ReturnType<typeof world>) => Promise<unknown>, string]>([
    ["paused", (w) => w.change(pauseJob), "paused"],
    ["cancelled", (w) => w.change(cancel("not now")), "ended"],
    [
      "rescheduled",
      (w) => w.change(reschedule({ repeat: { every: 60_000, anchor: noon, overlap: "skip" } })),
      "rescheduled",
    ],
  ])("(%s) is shown as drifted, and is put back by the next deployment", async (_what, by, drift) => {
    const w = world();
    await w.deploy({ nightly });
    const { id } = w.all()[0] as Job;
    await by(w);
    expect(await w.drift()).toEqual([[drift]]);
    await w.round();
    expect(await w.drift()).toEqual([[drift]]);
    await w.deploy(later);
    expect((await w.drift()).flat()).toEqual([]);
    expect(w.jobs.peek(id)).toMatchObject({ status: "scheduled", due_at: Date.parse("2030-01-02T01:00:00Z") });
  });

  it("is not drifted by its runs", async () => {
    const w = world();
    await w.deploy({ nightly });
    await w.change(runNow);
    expect(await w.drift()).toEqual([[]]);
  });
});

const reversed = (fields: object) => Object.fromEntries(Object.entries(fields).reverse());
const message = { slug: "order_update", email: { to: "a@example.com", subject: { en: "Hi" }, template: { en: "Hi" } } };

describe("schedules are checked with the catalog", () => {
  it.each<[string, object, string[]]>([
    ["a schedule", {}, []],
    ["an unknown event", { event: "create_ordr" }, ["/event"]],
    ["an unknown env", { env: "prod" }, ["/env"]],
    ["one unknown env of several", { env: ["prd", "prod"] }, ["/env/1"]],
    ["a bad cron", { cron: "0 2 * *" }, ["/cron"]],
    ["no times", { cron: undefined, tz: undefined }, [""]],
    ["cron and every", { every: 60_000, tz: undefined }, [""]],
    ["a bad time zone", { tz: "Europe/Berln" }, ["/tz"]],
    ["an input that its type refuses", { input: { bdy: 1 } }, ["/input/bdy"]],
    ["an unknown calendar", { except: ["holidays"] }, ["/except/0"]],
    ["a limit", { limit: 3 }, ["/limit"]],
    ["a start", { start_at: 0 }, ["/start_at"]],
    ["a contradiction", { overlap: "cancel_previous", missed: "all" }, ["/missed"]],
    ["an unknown field", { lables: [] }, ["/lables"]],
  ])("%s", (_what, more, pointers) => {
    const given = Object.fromEntries(
      Object.entries({ ...nightly, ...more }).filter(([, value]) => value !== undefined),
    );
    const found = checkCatalog([productWith({ nightly: given })], registry).map(({ pointer }) => pointer);
    expect(found).toEqual(pointers.map((pointer) => `/my-product/schedules/nightly${pointer}`));
  });

  it("the hash of schedules changes with each of them, and with nothing else", () => {
    const hash = (schedules: Record<string, object>) => schedulesHash([productWith(schedules)]);
    expect(hash({ nightly })).toBe(hash({ nightly: { ...reversed(nightly), description: "Reports." } }));
    expect(hash({ nightly })).not.toBe(hash({ nightly: { ...nightly, cron: "1 2 * * *" } }));
    expect(hash({ nightly })).not.toBe(hash({ weekly: nightly }));
    expect(new Set(wantedOf([productWith({ nightly, weekly: nightly })]).map(({ job_id }) => job_id)).size).toBe(2);
  });
});
