import { minuteMs } from "../../../../lambdas/core/job/due-time.ts";
import { hotMinutesOf } from "../../../../lambdas/core/queries/upcoming.ts";
import { countHotMinutes } from "../../../../lambdas/reconciler/hot-minutes.ts";
import { fakeApi } from "../../../support/api.ts";
import { noon } from "../../../support/builders.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const hour = 3_600_000;
const at = noon + hour;
const mine = { product: "my-product", env: "prd" };

/** An API in whose table so many jobs of `my-product` are counted for one minute of `prd`. */
async function world(jobs: number) {
  const api = fakeApi();
  await api.services.dueCounts.add({ ...mine, minute: at }, jobs);
  await api.services.dueCounts.add({ product: "other", env: "prd", minute: at + minuteMs }, 500_000);
  return api;
}
const upcoming = (api: Awaited<ReturnType<typeof world>>, query = {}) =>
  api.ask({ path: "/v1/stats/upcoming", query: { minutes: "120", ...query } });
const explain = async (api: Awaited<ReturnType<typeof world>>, start_at: number) => {
  const body = { product_tag: "my-product", env: "prd", event: "create_order", start_at, input: { body: {} } };
  return (await api.ask({ method: "POST", path: "/v1/explain", body })).body;
};

describe("a minute with more jobs than the Scheduler starts in it", () => {
  it("is shown to callers that may see its tenant", async () => {
    const { body } = await upcoming(await world(60_001));
    expect(body.hot_minutes).toEqual([
      { at, product_tag: "my-product", env: "prd", count: 60_001, further_minutes: 0 },
    ]);
    expect((await upcoming(await world(60_001), { env: "dev" })).body.hot_minutes).toEqual([]);
    expect((await upcoming(await world(60_001), { minutes: "60" })).body.hot_minutes).toEqual([]);
    expect((await upcoming(await world(60_000))).body.hot_minutes).toEqual([]);
  });

  it("says by how much the lead of further jobs grows", async () => {
    const { body } = await upcoming(await world(202_000));
    expect(body.hot_minutes).toMatchObject([{ count: 202_000, further_minutes: 15 }]);
  });

  it("is named by explain, with the route of a job in it", async () => {
    const { route, estimated_cost } = await explain(await world(202_000), at + 1000);
    const plain = await explain(await world(0), at + 1000);
    expect(route).toMatchObject({
      via: "scheduler",
      schedule_at: at + 1000 - 75_000 - 900_000,
      jobs_in_minute: 202_000,
      further_minutes: 15,
      why: expect.stringMatching(/15 minutes earlier still.*herds\.md/),
    });
    expect(estimated_cost.usd_per_million).toBeGreaterThan(plain.estimated_cost.usd_per_million);
    expect(plain.route).toMatchObject({ jobs_in_minute: 0, further_minutes: 0 });
  });

  it("sends further jobs to the queue if it is too close for the longer lead", async () => {
    const { route } = await explain(await world(3_000_000), at);
    expect(route).toMatchObject({ via: "queue", delay_seconds: 900, why: expect.stringContaining("at a time") });
  });

  it("is measured by the reconciler up to two hours ahead", async () => {
    const { services } = await world(60_001);
    expect(await countHotMinutes(services)).toBe(1);
    await services.dueCounts.add({ ...mine, minute: noon + 3 * hour }, 100_000);
    expect(await countHotMinutes(services)).toBe(1);
    services.dueCounts.read = () => Promise.reject(new Error("refused"));
    expect(await countHotMinutes(services)).toBe(0);
  });
});

it("explain reads no minute of a job that is due within 15 minutes", async () => {
  const api = await world(0);
  api.services.dueCounts.read = () => Promise.reject(new Error("must not be called"));
  expect((await explain(api, noon + 900_000)).route).toMatchObject({ via: "queue" });
});

it("hot minutes are listed in their order", async () => {
  const services = fakeServices();
  for (const n of [3, 0, 40]) await services.dueCounts.add({ ...mine, minute: at + n * minuteMs }, 70_000);
  const hot = await hotMinutesOf(services, [mine], at, at + hour);
  expect(hot.map((one) => one.at)).toEqual([at, at + 3 * minuteMs, at + 40 * minuteMs]);
});
