import type { Job } from "../../../../lambdas/core/job/job.ts";
import { changeJob, reschedule } from "../../../../lambdas/core/operations/change-job.ts";
import { prepareJob } from "../../../../lambdas/core/operations/schedule-job.ts";
import { scheduleRequest } from "../../../../lambdas/core/operations/schedule-requests.ts";
import { takeSearch } from "../../../../lambdas/core/operations/take-search.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { fakeServices } from "../../../support/fakes/services.ts";
import { orderSearch, sealing, searchedCatalog } from "../../../support/searching.ts";

const hour = 3_600_000;
const catalog = searchedCatalog();
const accept = (input: object, more: object = {}) =>
  parseRequest({ product_tag: "shop", env: "dev", event: "order", input, start_at: 0, ...more }, catalog, noon);
const services = () => ({ ...fakeServices({ catalog }), seals: sealing("k2", "k1") });

test("a request leaves its values with its job, sealed ones as a hash only", async () => {
  const job = await prepareJob(services(), accept({ body: { order: 17, customer: "ada@example.com" } }));
  expect(job.search).toEqual({
    rev: expect.stringMatching(/^.{12}$/),
    values: { order: "17" },
    sealed: { customer: expect.stringMatching(/^[\w-]{27}$/) },
  });
});

test("a value is sealed for its field, product and env under the first key, and looked for under all", async () => {
  const value = { product: "shop", env: "dev", field: "customer", text: "ada@example.com" };
  const [now, before] = await sealing("k2", "k1").of(value);
  expect(await sealing("k1").of(value)).toEqual([before]);
  const others = [
    { ...value, env: "prd" },
    { ...value, field: "email" },
    { ...value, product: "mill" },
    { ...value, text: "bob@example.com" },
  ];
  const seals = await Promise.all(others.map(async (other) => (await sealing("k2").of(other))[0]));
  expect(new Set([now, ...seals]).size).toBe(5);
});

test("a debounced job is found by the values of its last request", async () => {
  const world = services();
  const request = (region: string) =>
    accept({ body: { order: "A-17", region } }, { event: "later", start_at: undefined });
  const { job } = await scheduleRequest(world, request("eu"));
  await scheduleRequest(world, request("us"));
  expect((await world.jobs.get(job.id))?.search?.values).toEqual({ order: "A-17", region: "us" });
});

describe("a job whose event named other fields when it was requested", () => {
  const older = async (input: object, more: Partial<Job> = {}) => {
    const world = services();
    const { search: _, ...job } = await prepareJob(world, accept(input, { start_at: noon + hour }));
    await world.jobs.create({ ...job, ...more });
    return { world, job };
  };

  test("is found by the present ones once a caller changes it, without a write more", async () => {
    const { world, job } = await older({ body: { order: "A-17" } });
    const moved = await changeJob(world, job.id, reschedule({ due_at: noon + 2 * hour }));
    expect(moved.search?.values).toEqual({ order: "A-17" });
    expect(moved.version).toBe(job.version + 1);
  });

  test("keeps no field that the catalog has dropped", async () => {
    const { world, job } = await older({ body: { order: "A-17" } }, { search: { rev: "x", values: { former: "1" } } });
    expect((await changeJob(world, job.id, reschedule({ due_at: noon + 2 * hour }))).search?.values).toEqual({
      order: "A-17",
    });
  });

  test("waits for its end where its input is not in its item", async () => {
    const { world, job } = await older({ body: { order: "A-17", notes: "x".repeat(5000) } });
    expect("blob" in job.input).toBe(true);
    expect(await changeJob(world, job.id, reschedule({ due_at: noon + 2 * hour }))).not.toHaveProperty("search");
  });
});

test("an end at which the input is not at hand leaves what an older catalog did not name to a later change", async () => {
  const { event } = accept({ body: {} });
  const taken = (before: Job["search"]) =>
    takeSearch(services(), { product: "shop", env: "dev", event, before, result: { charge: "ch_1" } });
  const known = await takeSearch(services(), { product: "shop", env: "dev", event, input: { order: "A-17" } });
  expect(await taken(known)).toEqual({ rev: known?.rev, values: { order: "A-17", charge: "ch_1" } });
  expect(await taken({ rev: "older", values: { order: "A-17" } })).toEqual({
    rev: "",
    values: { order: "A-17", charge: "ch_1" },
  });
});

test("a catalog without sealed fields needs no key", async () => {
  const { customer: _, ...plain } = orderSearch;
  const own = searchedCatalog(plain);
  const request = parseRequest(
    { product_tag: "shop", env: "dev", event: "order", input: { body: { order: "A" } }, start_at: 0 },
    own,
    noon,
  );
  expect((await prepareJob(fakeServices({ catalog: own }), request)).search?.values).toEqual({ order: "A" });
});
