import { gzipSync } from "node:zlib";
import { documentedProxy } from "../../support/documented-proxy.ts";
import { localSystem } from "../../support/local/runs.ts";

const local = localSystem();
let api: Awaited<ReturnType<typeof documentedProxy>>;

beforeAll(async () => {
  api = await documentedProxy(local.running().url);
});

afterAll(() => api?.stop());

const order = { env: "prd", product_tag: "my-product", event: "create_order", input: { params: { customer: "c" } } };

async function ask(method: string, path: string, { headers = {}, body, key = local.running().api_key }: Asked = {}) {
  const response = await fetch(api.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: body as string }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

interface Asked {
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  key?: string;
}

const json = (value: unknown) => ({ body: JSON.stringify(value) });

test("an independent HTTP client finds that the API keeps to HTTP", async () => {
  const made = await ask("POST", "/v1/jobs", {
    ...json({ ...order, start_at: 0 }),
    headers: { prefer: "respond-async, wait=20" },
  });
  expect(made).toMatchObject({ status: 200, body: { status: "completed" } });
  expect(made.headers.get("preference-applied")).toBe("wait=20");
  const path = made.headers.get("location") ?? "";
  expect(path).toBe(`/v1/jobs/${made.body.job_id}`);

  for (const same of [path, `${path}?wait=0`]) {
    expect(await ask("GET", same)).toMatchObject({ status: 200, body: { job_id: made.body.job_id } });
  }
  for (const other of [`${path}/`, path.replace("job_", "job%5F")]) {
    expect(await ask("GET", other)).toMatchObject({ status: 404 });
  }
  const head = await ask("HEAD", path);
  expect([head.status, head.body, head.headers.get("content-type")]).toEqual([200, undefined, "application/json"]);

  const put = await ask("PUT", path, json({}));
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, DELETE"]);
  expect(await ask("OPTIONS", "/v1/jobs")).toMatchObject({ status: 405 });
  expect(await ask("DELETE", path)).toMatchObject({ status: 204, body: undefined });
  expect(await ask("DELETE", path)).toMatchObject({ status: 404, body: { code: "JOB_NOT_FOUND" } });
}, 60_000);

test.each<[string, string, string, Asked, number]>([
  ["a zipped body", "POST", "/v1/jobs", { body: gzipSync("{}"), headers: { "content-encoding": "gzip" } }, 415],
  [
    "a form",
    "POST",
    "/v1/jobs",
    { body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
    415,
  ],
  ["bytes that are not UTF-8", "POST", "/v1/jobs", { body: new Uint8Array([0xff, 0xfe, 0, 1]) }, 400],
  ["an array", "POST", "/v1/jobs", { body: "[]" }, 400],
  ["no body", "POST", "/v1/jobs", {}, 400],
  ["a parameter twice", "GET", "/v1/jobs?limit=1&limit=2", {}, 400],
  ["an unknown parameter", "POST", "/v1/jobs/bulk?dry=1", { body: "{}" }, 400],
  ["an unknown key", "GET", "/v1/jobs", { key: "dk_nobody-has-this-key-0123456789" }, 403],
  ["a body beyond 4.4 MB", "POST", "/v1/jobs", { body: `"${"x".repeat(4_400_000)}"` }, 413],
])("%s is refused as documented", async (_what, method, path, asked, status) => {
  expect((await ask(method, path, asked)).status).toBe(status);
});

test("the OpenAPI document matches each answer that the HTTP client got", () => {
  expect(api.faults).toEqual([]);
});
