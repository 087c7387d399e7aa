import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { blocksOf, catalogPage } from "../../support/catalog-pages.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";

const { newFolder, run } = localRuns();

/** The backend of the example, which notes what it is sent and how many calls are open at a time. */
const seen = { open: 0, most: 0, calls: [] as { path: string; body: Record<string, unknown> }[] };
const backend = createServer(async (request, response) => {
  seen.open += 1;
  seen.most = Math.max(seen.most, seen.open);
  let text = "";
  for await (const chunk of request) text += chunk;
  const body = JSON.parse(text) as Record<string, unknown>;
  seen.calls.push({ path: request.url ?? "", body });
  await sleep(20);
  seen.open -= 1;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ parcel: body.position ?? null }));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  backend.closeAllConnections();
  backend.close();
});

interface Shown {
  status: string;
  steps: Record<string, { job_id: string; status: string; for_each?: Record<string, number> }>;
  result: { main: { ship: { body: { parcel: number } }[]; confirm: unknown } };
}

test("the example of its page runs, and so do a thousand items, each once and at most 50 at a time", async () => {
  const page = await catalogPage("for-each");
  const [code = ""] = blocksOf(page, "ts");
  const [request = ""] = blocksOf(page, "json");
  const cwd = checkout(newFolder());
  const { port } = backend.address() as AddressInfo;
  const sections = code.replace("http://127.0.0.1:4000", `http://127.0.0.1:${port}`);
  writeFileSync(
    join(cwd, "products/index.ts"),
    `import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
     export const products = [defineProduct({ tag: "shop", envs: ["dev", "prd"], ${sections} })];`,
  );
  const local = run({ data: join(cwd, "data"), cwd });
  await local.ready();
  const jobOf = async (id: string) => (await ask(local.running(), `/v1/jobs/${id}`)) as unknown as Shown;
  const finished = async (body: unknown, ms: number) => {
    const { job_id } = await ask(local.running(), "/v1/jobs", body);
    // The page of a job is read now and then: reading it all the time would take what its items need.
    for (const deadline = Date.now() + ms; Date.now() < deadline; await sleep(500)) {
      const job = await jobOf(String(job_id));
      if (["completed", "failed", "cancelled"].includes(job.status)) return job;
    }
    throw new Error(`the run has not ended: ${JSON.stringify((await jobOf(String(job_id))).steps)}`);
  };

  const asked = JSON.parse(request);
  const example = await finished(asked, 20_000);
  expect(example.status).toBe("completed");
  expect(example.result.main.ship.map(({ body }) => body.parcel)).toEqual([0, 1, 2]);
  const shipped = seen.calls.filter(({ path }) => path === "/shipments").map(({ body }) => body);
  expect(shipped.sort((a, b) => Number(a.position) - Number(b.position))).toEqual([
    { order: "A-1042", sku: "A-1", position: 0 },
    { order: "A-1042", sku: "B-7", position: 1 },
    { order: "A-1042", sku: "C-3", position: 2 },
  ]);
  expect(seen.calls.at(-1)).toEqual({ path: "/confirmations", body: { order: "A-1042", parcels: 3 } });

  const many = 1000;
  seen.calls = [];
  seen.most = 0;
  const lines = Array.from({ length: many }, (_, i) => ({ sku: `S-${i}` }));
  const large = await finished({ ...asked, input: { order: "A-1043", lines } }, 300_000);
  expect(large.status).toBe("completed");
  expect(large.steps["main.ship"]).toMatchObject({ for_each: { items: many, done: many, failed: 0, open: 0 } });
  const positions = seen.calls.filter(({ path }) => path === "/shipments").map(({ body }) => Number(body.position));
  expect(positions.sort((a, b) => a - b)).toEqual(lines.map((_, i) => i));
  expect(seen.most).toBeLessThanOrEqual(50);
  expect(seen.calls.at(-1)?.body).toEqual({ order: "A-1043", parcels: many });
  expect(large.result.main.ship.map(({ body }) => body.parcel)).toEqual(lines.map((_, i) => i));

  const list = await jobOf(large.steps["main.ship"]?.job_id ?? "");
  expect(Object.keys(list.steps).length).toBe(10);
  const ofPage = await jobOf(list.steps["main.ship[300-399]"]?.job_id ?? "");
  expect(Object.keys(ofPage.steps).length).toBe(100);
  expect(ofPage.steps["main.ship[399]"]).toMatchObject({ status: "completed" });
}, 360_000);
