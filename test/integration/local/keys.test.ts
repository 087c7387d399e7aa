import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { apiKeyId, apiKeyPattern } from "../../../lambdas/core/access/api-key.ts";
import { keysCli } from "../../support/keys-cli.ts";
import { anOrder } from "../../support/local/an-order.ts";
import { ask } from "../../support/local/run-local.ts";
import { localSystem } from "../../support/local/runs.ts";

const local = localSystem();
const { data, cwd } = local;

const keys = (...args: string[]) => keysCli([...args, "--local"], { ...process.env, DUCTAPE_DATA: data }, cwd);

async function make(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await keys("create", "--name", "ci", "--products", "my-product", ...args);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^dj_\S+\n$/)]);
  expect(stdout.trim()).toMatch(apiKeyPattern);
  expect(stderr).not.toContain(stdout.trim().slice(-64));
  return stdout.trim();
}

const order = (env: string) => anOrder({ env });

/** The status of a call with a key. Changing the case of the scheme bypasses the gateway's cache. */
async function call(key: string, path: string, body?: unknown, scheme = "Bearer") {
  const response = await fetch(local.running().url + path, {
    headers: { authorization: `${scheme} ${key}`, "content-type": "application/json" },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  return response.status;
}

test("a created key works within its scopes only", async () => {
  const key = await make("--envs", "dev", "--verbs", "jobs:read,jobs:write");
  expect(await call(key, "/v1/jobs", order("dev"))).toBe(202);
  expect(await call(key, "/v1/jobs", order("prd"))).toBe(403);
  expect(await call(key, "/v1/jobs?product_tag=my-product&env=dev")).toBe(200);
  expect(await call(key, "/v1/jobs/bulk", { action: "cancel", filter: { product_tag: "my-product" } })).toBe(403);
  const elsewhere = await ask(local.running(), "/v1/jobs", order("prd"));
  expect(await call(key, `/v1/jobs/${elsewhere.job_id}`)).toBe(404);
});

test("the API refuses a key that was revoked or never created", async () => {
  const key = await make("--envs", "*", "--verbs", "jobs:read");
  expect(await call(key, "/v1/jobs")).toBe(200);
  expect(await keys("revoke", apiKeyId(key) ?? "")).toMatchObject({ code: 0 });
  expect(await call(key, "/v1/jobs", undefined, "bearer")).toBe(403);
  expect((await keys("list")).stdout).toMatch(new RegExp(`^${apiKeyId(key)} +ci +revoked `, "m"));
  expect(await call(`${key.slice(0, -64)}${"0".repeat(64)}`, "/v1/jobs")).toBe(403);
});

test("a key with a rate sends no more than that in a second", async () => {
  const key = await make("--envs", "dev", "--verbs", "jobs:read", "--rate", "2");
  const statuses = await Promise.all(Array.from({ length: 20 }, () => call(key, "/v1/products")));
  const passed = statuses.filter((status) => status === 200).length;
  // 20 requests at once may last for some seconds of the clock on a busy machine.
  expect([passed >= 2, passed < 20]).toEqual([true, true]);
  expect(statuses.filter((status) => status === 429)).toHaveLength(20 - passed);
  const other = await make("--envs", "dev", "--verbs", "jobs:read");
  expect(await Promise.all(Array.from({ length: 20 }, () => call(other, "/v1/products")))).toEqual(Array(20).fill(200));
});

test("errors of the command for keys have no stack trace and no key", async () => {
  const wrong = await keys("create", "--name", "ci", "--products", "my-prodcut", "--envs", "*", "--verbs", "jobs:read");
  expect(wrong).toEqual({
    code: 1,
    stdout: "",
    stderr: 'There is no product "my-prodcut". Did you mean "my-product"?\n',
  });
  const nowhere = await keysCli(["list", "--local"], { ...process.env, DUCTAPE_DATA: join(data, "nowhere") });
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Nothing is running .*npm start/) });
});
