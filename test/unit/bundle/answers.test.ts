import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../../infra/bundle/bundle.ts";
import { lambdaEnvironment } from "../../../local/runtime/environment.ts";

const asker = fileURLToPath(new URL("./ask.mjs", import.meta.url));
const nowhere = "http://127.0.0.1:9";
const environment = lambdaEnvironment({
  dynamodb: nowhere,
  sqsAndS3: nowhere,
  scheduler: nowhere,
  secrets: nowhere,
  code: nowhere,
  events: nowhere,
  outbox: nowhere,
  queueUrl: (name) => `${nowhere}/${name}`,
  reconcileGraceMs: 60_000,
});

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
  await bundle("api", folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Asks the bundle of the API in a fresh process. */
function ask(...requests: { method: string; path: string; body?: unknown }[]): Answer[] {
  const args = [asker, join(folder, "index.mjs"), JSON.stringify(requests)];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: environment });
  const last = stdout.trim().split("\n").at(-1);
  if (!last?.startsWith("[")) throw new Error(stderr);
  return JSON.parse(last);
}

const job = {
  product_tag: "my-product",
  env: "prd",
  event: "create_order",
  start_at: 0,
  input: { params: { customer: "C-1042" }, body: { sku: "SKU-77-BLUE" } },
};

test("a module that is loaded later uses the client that was made at the start", () => {
  const place = "product_tag=my-product&env=prd";
  const answers = ask(
    { method: "GET", path: `/v1/errors?${place}` },
    { method: "GET", path: `/v1/stats/upcoming?${place}` },
    { method: "GET", path: `/v1/limits?${place}` },
    { method: "POST", path: "/v1/explain", body: { ...job, start_at: Date.now() + 3_600_000 } },
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test("a module that is loaded later recognises a failed condition", () => {
  const [enabled] = ask({ method: "POST", path: "/v1/webhooks/my-product/prd/orders/enable", body: {} });
  expect(enabled).toMatchObject({ status: 200, body: { state: "enabled" } });
});

test("a bundle reads a cron expression", () => {
  const repeat = { cron: "0 9 * * 1", tz: "Europe/Berlin" };
  const [explained, refused] = ask(
    { method: "POST", path: "/v1/explain", body: { ...job, repeat } },
    { method: "POST", path: "/v1/explain", body: { ...job, repeat: { cron: "every day" } } },
  );
  expect(explained).toMatchObject({ status: 200 });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: "/repeat/cron" }] } });
});

test("a bundle's document has its JSON Schemas", () => {
  const [product, openapi] = ask(
    { method: "GET", path: "/v1/products/my-product" },
    { method: "GET", path: "/openapi.json" },
  );
  expect(product).toMatchObject({ status: 200 });
  expect(openapi).toMatchObject({ status: 200, body: { openapi: expect.stringMatching(/^3\.1/) } });
  expect(JSON.stringify(openapi?.body)).toContain('"additionalProperties":false');
});
