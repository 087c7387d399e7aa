import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { scheduleJob } from "../../../../lambdas/core/operations/schedule-job.ts";
import { scheduleJobs } from "../../../../lambdas/core/operations/schedule-requests.ts";
import { explain } from "../../../../lambdas/core/queries/explain.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const hour = 3_600_000;
const order = {
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { body: { amount: 5 } },
  start_at: 0,
  idempotency_key: "order-7",
};
const expiring = { ...order, expires_at: noon + hour };
const series = { ...order, repeat: { every: 60_000, end_date: noon + hour } };

function world() {
  const services = fakeServices({ catalog });
  const accept = (body: object) => parseRequest(body, catalog, services.clock.now());
  return { ...services, accept, schedule: async (body: object) => scheduleJob(services, accept(body)) };
}

const refusalOf = async (work: () => unknown) => {
  try {
    await work();
  } catch (error) {
    if (error instanceof RequestError) return { code: error.code, faults: error.faults };
    throw error;
  }
  return "accepted";
};

const refused = (pointer: string) => ({ code: "INVALID_REQUEST", faults: [{ pointer, detail: expect.any(String) }] });

describe.each([
  ["expires_at", expiring, "/expires_at"],
  ["end_date", series, "/repeat/end_date"],
])("a request whose %s has passed", (_what, body, pointer) => {
  it("gets the earlier receipt by its key", async () => {
    const w = world();
    const job = await w.schedule(body);
    await w.clock.advance(2 * hour);
    expect((await w.schedule(body)).id).toBe(job.id);
    expect(await scheduleJobs(w, [w.accept(body)])).toMatchObject([{ job: { id: job.id } }]);
    expect(w.jobs.all()).toHaveLength(1);
  });

  it("is refused if it has made no job", async () => {
    const w = world();
    await w.clock.advance(2 * hour);
    expect(await refusalOf(() => w.schedule(body))).toEqual(refused(pointer));
    const [outcome] = await scheduleJobs(w, [w.accept(body)]);
    expect(await refusalOf(() => Promise.reject((outcome as { error: unknown }).error))).toEqual(refused(pointer));
    expect(w.jobs.all()).toEqual([]);
  });

  it("is refused if the key was another request's", async () => {
    const w = world();
    await w.schedule(order);
    await w.clock.advance(2 * hour);
    expect(await refusalOf(() => w.schedule(body))).toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
  });

  it("is refused without a key, and by an explanation", async () => {
    const w = world();
    await w.clock.advance(2 * hour);
    const { idempotency_key: _key, ...keyless } = body;
    expect(await refusalOf(() => w.accept(keyless))).toEqual(refused(pointer));
    expect(await refusalOf(() => explain(w.accept(body), w.clock.now()))).toEqual(refused(pointer));
  });
});

it.each([
  ["an expires_at before its start_at", { ...order, start_at: noon + hour, expires_at: noon }, "/expires_at"],
  ["an end_date before its first run", { ...series, start_at: noon + 2 * hour }, "/repeat/end_date"],
])("a request with %s is refused, since it has never made a job", async (_what, body, pointer) => {
  const w = world();
  expect(await refusalOf(() => w.accept(body))).toEqual(refused(pointer));
  await w.clock.advance(3 * hour);
  expect(await refusalOf(() => w.accept(body))).toEqual(refused(pointer));
});

describe("a request under a used key", () => {
  const overlap = { ...series, repeat: { ...series.repeat, overlap: "skip" } };

  it("is another one if a default is written out", async () => {
    const w = world();
    await w.schedule(series);
    expect(await refusalOf(() => w.schedule(overlap))).toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
  });

  it("is the same one in another order, or with the key in the header", async () => {
    const w = world();
    const job = await w.schedule(order);
    const { idempotency_key: key, ...rest } = order;
    const turned = Object.fromEntries(Object.entries(rest).reverse());
    const again = await scheduleJob(w, parseRequest(turned, catalog, w.clock.now(), key));
    expect(again.id).toBe(job.id);
  });

  it("makes another job if it is for another env", async () => {
    const w = world();
    const [one, other] = [await w.schedule(order), await w.schedule({ ...order, env: "dev" })];
    expect(other.id).not.toBe(one.id);
  });
});
