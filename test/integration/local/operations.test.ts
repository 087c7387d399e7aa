import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { createDuctape } from "../../../sdk/src/index.ts";
import { localSystem } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const patienceMs = 120_000;
const local = localSystem();

/** The request and the answer that the page shows. */
const page = readFileSync(new URL("../../../docs/operations/bulk.md", import.meta.url), "utf8");
const [example, answer] = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) => JSON.parse(text));

interface Shown {
  operation_id: string;
  state: string;
  changed: number;
  matched: number;
}

test("the operation of the page cancels a few hundred jobs, and another one is stopped on its way", async () => {
  const { url, api_key } = await local.ready();
  const ductape = createDuctape({ url, apiKey: api_key, product: "my-product", env: "prd" });
  const ask = async (method: string, path: string, body?: unknown): Promise<Shown> => {
    const headers = { authorization: `Bearer ${api_key}`, "content-type": "application/json" };
    const answered = await fetch(`${url}/v1/operations${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect(answered.ok).toBe(true);
    return (await answered.json()) as Shown;
  };
  const get = (id: string) => ask("GET", `/${id}`);
  const in2 = Date.now() + 7_200_000;
  const order = { event: "create_order", input: { body: { item: "tea" } }, start_at: in2 };
  const made = async (count: number, label: string) => {
    for (let from = 0; from < count; from += 100)
      await ductape.jobs.batch(Array.from({ length: 100 }, () => ({ ...order, labels: [label] })));
  };
  await made(300, "campaign-7");
  await made(200, "campaign-8");

  const { operation_id } = await ask("POST", "", example);
  await until(async () => (await get(operation_id)).state === "done", patienceMs);
  expect(await get(operation_id)).toMatchObject(answer);
  const cancelled = await ductape.jobs.list({ label: "campaign-7", status: "cancelled", limit: 1 });
  expect(cancelled.jobs[0]).toMatchObject({ reason: "the campaign is off" });
  // The request again finds it.
  expect((await ask("POST", "", example)).operation_id).toBe(operation_id);

  const filter = { product_tag: "my-product", label: "campaign-8" };
  const slow = await ask("POST", "", { action: "cancel", filter, reason: "a test", rate_per_second: 4 });
  await until(async () => (await get(slow.operation_id)).changed > 0, patienceMs);
  const { changed } = await ask("POST", `/${slow.operation_id}/stop`);
  await until(async () => (await get(slow.operation_id)).state === "stopped", patienceMs);
  const stopped = await get(slow.operation_id);
  expect(stopped.matched).toBe(200);
  expect(stopped.changed - changed).toBeLessThanOrEqual(20);
}, 300_000);
