import { allScopes, type Scopes } from "../../../lambdas/core/access/scopes.ts";
import { derivedJobId, fingerprint } from "../../../lambdas/core/job/job-id.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const theirs = { env: "prd", product: "my-product", event: "shop:create_order", input: { "body:sku": "A-1" } };
const ours = {
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { body: { sku: "A-1" } },
  start_at: 0,
};
const post = (body: unknown, path = "/v1/jobs", scopes: Scopes = allScopes) => ({ method: "POST", path, body, scopes });

test("a request in Ductape's spelling makes the same job under the same key", async () => {
  const { ask, jobs } = fakeApi();
  const first = await ask(post({ ...theirs, idempotency_key: "k" }));
  const second = await ask(post({ ...ours, idempotency_key: "k" }));
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.body).toEqual(first.body);
  expect(jobs.all()).toMatchObject([{ product: "my-product", event: "create_order", input: { inline: ours.input } }]);
});

test("a job stored by an earlier version is found by its rewritten request", async () => {
  const written = { ...ours, input: { query: {}, ...ours.input } };
  const id = derivedJobId("my-product", "prd", "k");
  const stored = aJob({ id, status: "completed", finished_at: noon, fingerprint: fingerprint(written) });
  const { ask } = fakeApi({ jobs: [stored] });
  expect(await ask(post({ ...written, idempotency_key: "k" }))).toMatchObject({ status: 202, body: { job_id: id } });
  const other = { ...written, input: { query: {}, body: { sku: "B-2" } }, idempotency_key: "k" };
  expect((await ask(post(other))).status).toBe(409);
});

test.each([
  ["product_tag", { product_tag: "my-product" }],
  ["product", { product: "my-product" }],
  ["both", { product: "my-product", product_tag: "other" }],
  ["the other way round", { product: "other", product_tag: "my-product" }],
  ["null", { product_tag: null, product: "my-product" }],
  ["{}", { product_tag: {}, product: "my-product" }],
])("a key for another product gets no job by %s", async (_how, names) => {
  const { product: _product, ...rest } = theirs;
  const scopes = { ...allScopes, products: ["other"] };
  for (const path of ["/v1/jobs", "/v1/explain"]) {
    const { ask, jobs } = fakeApi();
    expect([400, 403, 404]).toContain((await ask(post({ ...rest, ...names }, path, scopes))).status);
    expect(jobs.all()).toEqual([]);
  }
  const { ask, jobs } = fakeApi();
  const batch = await ask(post({ jobs: [{ ...rest, ...names }] }, "/v1/jobs/batch", scopes));
  expect(batch.body).toMatchObject({ accepted: 0, rejected: 1 });
  expect(jobs.all()).toEqual([]);
});

test("faults of a batch point to the words of each job", async () => {
  const { ask } = fakeApi();
  const jobs = [theirs, { ...theirs, schedule: { cron: "x" } }, { ...theirs, retryConfig: { maxDelay: -1 } }];
  const { body } = await ask(post({ jobs }, "/v1/jobs/batch"));
  expect(body).toMatchObject({ accepted: 1, rejected: 2 });
  const pointers = body.results.map(({ error }: { error?: { errors: { pointer: string }[] } }) =>
    error?.errors.map(({ pointer }) => pointer),
  );
  expect(pointers).toEqual([undefined, ["/jobs/1/schedule/cron"], ["/jobs/2/retryConfig/maxDelay"]]);
});

test("explain tells what was understood", async () => {
  const schedule = { cron: "0 9 * * *", every: 1000, endDate: "2031-01-31" };
  const { status, body } = await fakeApi().ask(post({ ...theirs, schedule }, "/v1/explain"));
  expect(status).toBe(200);
  expect(body.notes.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    "/schedule/every",
    "/schedule/endDate",
  ]);
  expect(body.job.repeat).toMatchObject({ cron: "0 9 * * *", end_date: Date.parse("2031-02-01T00:00:00Z") - 1 });
});

test("a series can be moved by cron, every or tz alone", async () => {
  const job = aJob({ status: "scheduled", due_at: noon + 1, repeat: { every: 60_000, anchor: noon, overlap: "skip" } });
  const { ask, jobs } = fakeApi({ jobs: [job] });
  const path = `/v1/jobs/${job.id}/reschedule`;
  expect((await ask(post({ cron: "0 10 * * *", tz: "America/New_York" }, path))).status).toBe(200);
  expect(jobs.all()[0]?.repeat).toMatchObject({ cron: "0 10 * * *", tz: "America/New_York" });
  const { body } = await ask(post({ every: 1, endDate: "soon" }, path));
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(["/every", "/endDate"]);
});
