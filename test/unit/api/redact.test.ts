import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { storePayload } from "../../../lambdas/core/operations/payload.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";

const tenant = { product: "my-product", env: "prd", event: "create_order", type: "action" } as const;
const secret = "4111-1111";

/** The test's catalog, whose event hides these parts. */
function hiding(redact: string[] | undefined) {
  const products = catalog.products.map((product): Product => {
    const { create_order, ...jobs } = product.jobs;
    return create_order
      ? { ...product, jobs: { ...jobs, create_order: { ...create_order, ...(redact && { redact }) } } }
      : product;
  });
  return makeCatalog(products, registry);
}

async function world(value: unknown, redact?: string[], more: Partial<Job> = {}) {
  const api = fakeApi({ catalog: hiding(redact) });
  // The URL of a fake blob holds the blob itself, for which the answer has no room.
  api.blobs.downloadUrl = async (key) => `https://blobs.example/${key}`;
  const stored = await storePayload(api.blobs, "results/x", value);
  const job = aJob({ ...tenant, status: "completed", finished_at: noon, input: stored, result: stored, ...more });
  await api.jobs.create(job);
  const get = async (rest = "") => (await api.ask({ path: `/v1/jobs/${job.id}${rest}` })).body;
  return { ...api, job, get };
}

const order = { body: { sku: "A-1", card: secret, items: [{ card: secret }] } };
const pointers = ["/body/card", "/body/items/*/card"];
const shown = { body: { sku: "A-1", card: "[redacted]", items: [{ card: "[redacted]" }] } };
const large = { ...order, filler: "x".repeat(10_000) };
const tooLarge = { ...order, filler: "x".repeat(6_400_000) };

describe("the input of a job", () => {
  it("is shown as requested", async () => {
    const { get, job } = await world(order);
    expect(await get("/input")).toEqual({ job_id: job.id, input: order });
    const blob = await world(large);
    expect(await blob.get("/input")).toEqual({ job_id: blob.job.id, input: large });
  });

  it("is a download where it is too large for an answer", async () => {
    const { get, job } = await world(tooLarge);
    expect(await get("/input")).toEqual({ job_id: job.id, input_url: "https://blobs.example/results/x" });
  });

  it("hides what its event hides, and names it", async () => {
    const { get, job } = await world(order, [...pointers, "/absent"]);
    expect(await get("/input")).toEqual({ job_id: job.id, input: shown, redacted: pointers });
    const blob = await world(large, pointers);
    expect(await blob.get("/input")).toMatchObject({ input: { ...large, ...shown }, redacted: pointers });
  });

  it("is only its size where it is too large to hide parts", async () => {
    const { get, job } = await world(tooLarge, pointers);
    const bytes = JSON.stringify(tooLarge).length;
    expect(await get("/input")).toEqual({ job_id: job.id, input_bytes: bytes, redacted: pointers });
  });

  it("is absent once its blob is deleted with the job", async () => {
    const { get, blobs } = await world(large);
    await blobs.remove("results/x");
    expect(await get("/input")).toMatchObject({ status: 404, code: "JOB_NOT_FOUND" });
  });

  it("is not for a key without jobs:input", async () => {
    const { ask, job } = await world(order);
    const scopes = { products: ["*"], envs: ["*"], verbs: ["jobs:read" as const, "jobs:write" as const] };
    const { status, body } = await ask({ path: `/v1/jobs/${job.id}/input`, scopes });
    expect([status, JSON.stringify(body).includes(secret)]).toEqual([403, false]);
  });
});

describe.each([
  ["the job", "", (body: { result?: unknown }) => body],
  ["its runs", "/runs", (body: { runs: [object] }) => body.runs[0]],
])("the result in %s", (_where, path, of) => {
  const resultOf = async (w: Awaited<ReturnType<typeof world>>) => of((await w.get(path)) as never) as object;

  it("hides what the event hides, in a small result and in a blob", async () => {
    expect(await resultOf(await world(order, pointers))).toMatchObject({ result: shown, redacted: pointers });
    expect(await resultOf(await world(large, pointers))).toMatchObject({ result: { ...large, ...shown } });
  });

  it("has no download where it is too large to hide parts", async () => {
    const view = await resultOf(await world(tooLarge, pointers));
    expect(view).toMatchObject({ result_bytes: JSON.stringify(tooLarge).length });
    expect(view).not.toHaveProperty("result");
    expect(view).not.toHaveProperty("result_url");
  });

  it("has a download where it is too large and nothing is hidden", async () => {
    expect(await resultOf(await world(tooLarge))).toMatchObject({ result_url: "https://blobs.example/results/x" });
  });

  it("stays hidden when the catalog no longer hides it", async () => {
    const view = await resultOf(await world(order, undefined, { redact: pointers }));
    expect(view).toMatchObject({ result: shown, redacted: pointers });
  });
});

test("a job keeps what its event hid when it was requested", async () => {
  const api = fakeApi({ catalog: hiding(["/body/card"]) });
  const body = { product_tag: tenant.product, env: tenant.env, event: tenant.event, input: order, start_at: 0 };
  const { body: receipt } = await api.ask({ method: "POST", path: "/v1/jobs", body });
  expect((await api.jobs.get(receipt.job_id))?.redact).toEqual(["/body/card"]);
  const other = fakeApi();
  const { body: plain } = await other.ask({ method: "POST", path: "/v1/jobs", body });
  expect(await other.jobs.get(plain.job_id)).not.toHaveProperty("redact");
});

test.each(["/email/sent/*/to", "/channels/email/sent/*/to"])(
  "channels of a notification show only outcomes where a part is hidden: %s",
  async (pointer) => {
    const sent = [{ to: "ada@example.com", id: "m-1" }];
    const channels = { email: { status: "sent", sent }, sms: { status: "failed", code: "NOT_FOUND", sent } };
    const job = aJob({
      ...tenant,
      type: "notification",
      status: "failed",
      finished_at: noon,
      progress: { inline: { channels } },
      redact: [pointer],
    });
    const api = fakeApi({ jobs: [job] });
    const { body } = await api.ask({ path: `/v1/jobs/${job.id}` });
    expect(body.channels).toEqual({ email: { status: "sent" }, sms: channels.sms });
  },
);
