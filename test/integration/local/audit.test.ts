import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { createDuctape } from "../../../sdk/src/index.ts";
import { keysCli } from "../../support/keys-cli.ts";
import { anOrder } from "../../support/local/an-order.ts";
import { runLocal } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

const data = join(tempFolder(), "data");
const tomorrow = Date.now() + 86_400_000;

test("the table has who has changed what: by the API, by the command keys, and as the SDK and the command line show it", async () => {
  const run = runLocal({ data });
  const { url, api_key } = await run.ready();
  const ductape = createDuctape({ url, apiKey: api_key, product: "my-product", env: "dev" });
  const env = { ...process.env, DUCTAPE_DATA: data };
  const create = [
    "create",
    "--name",
    "on-call",
    "--products",
    "my-product",
    "--envs",
    "dev",
    "--role",
    "operator",
    "--local",
  ];
  const made = await keysCli(create, env);
  expect(made.code).toBe(0);
  const key = made.stdout.trim();
  const onCall = createDuctape({ url, apiKey: key, product: "my-product", env: "dev" });

  const { job_id } = await onCall.processor.job.dispatch({ ...anOrder(), start_at: tomorrow });
  await onCall.jobs.reschedule(job_id, { start_at: tomorrow + 3_600_000 });
  await onCall.jobs.cancel(job_id, { reason: "returned" });
  await onCall.jobs.cancel(job_id, { reason: "returned" });
  const { id: pause } = await ductape.pauses.create({ event: "create_order", reason: "the shop is being moved" });
  await ductape.pauses.end(pause);
  await keysCli(["revoke", key.split("_")[1] as string, "--local"], env);

  const entries = [];
  for await (const entry of ductape.audit.list({ limit: 2 })) entries.push(entry);
  expect(entries.map(({ action, target }) => [action, target])).toEqual([
    ["pause.end", pause],
    ["pause.start", pause],
    ["job.cancel", job_id],
    ["job.reschedule", job_id],
  ]);
  expect(entries[2]).toMatchObject({
    ...{ actor: { kind: "key", name: "on-call" }, role: "operator", reason: "returned", product_tag: "my-product" },
    ...{ env: "dev", before: { status: "scheduled" }, after: { status: "cancelled" } },
  });
  expect(entries[0]?.actor).toEqual({ kind: "key", id: "deployed" });

  // What belongs to no product is shown where no product is asked for.
  const ofAll = createDuctape({ url, apiKey: api_key }).audit;
  const { entries: ofKeys } = await ofAll.list({ action: "key.create,key.revoke" });
  expect(ofKeys).toMatchObject([
    { action: "key.revoke", target: key.split("_")[1], actor: { kind: "identity" } },
    { action: "key.create", after: { name: "on-call", role: "operator" } },
  ]);
  expect(JSON.stringify(ofKeys)).not.toContain(key.slice(-64));

  const cli = ["local/launch.mjs", "packages/ductape-jobs/src/cli/bin.ts", "audit", "--target", job_id, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, cli, {
    env: { ...env, NODE_OPTIONS: "", DUCTAPE_URL: url, DUCTAPE_API_KEY: api_key },
  });
  expect(JSON.parse(stdout)).toEqual({ entries: entries.slice(2) });
}, 180_000);
