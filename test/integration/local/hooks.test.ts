import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { HookDelivery } from "ductape-sdk";
import { blocksOf, catalogPage } from "../../support/catalog-pages.ts";
import { runCli } from "../../support/cli/run-cli.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const { newFolder, run } = localRuns();

/** The product of the page on hooks, as its reader would save it. */
const productOf = (code: string) => `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  import { parameter, secret } from "../lambdas/core/catalog/references.ts";
  export const products = [defineProduct({ tag: "shop", envs: ["dev", "prd"], ${code} })];
`;

const stripeKey = "whsec_of_stripe";
const warehouseKey = "the key of the warehouse";
const hmac = (key: string, text: string) => createHmac("sha256", key).update(text).digest("hex");

interface Listed {
  jobs: { job_id: string; status: string; result?: unknown }[];
}

test("the example of the page on hooks takes what providers sign, once, over a restart", async () => {
  const [code = ""] = blocksOf(await catalogPage("hooks"), "ts");
  const [script = ""] = blocksOf(await catalogPage("hooks"), "js");
  const sign = (await import(`data:text/javascript,${encodeURIComponent(`${script}\nexport { sign };`)}`)).sign as (
    secret: string,
    body: string,
    time?: number,
  ) => string;
  const cwd = checkout(newFolder());
  writeFileSync(join(cwd, "products/index.ts"), productOf(code));
  const values = [
    "/shop/url=local:http/shop",
    `shop/stripe#webhook=${stripeKey}`,
    `shop/warehouse#key=${warehouseKey}`,
  ];
  writeFileSync(join(cwd, ".env.local"), `${values.join("\n")}\n`);
  const data = join(cwd, "data");
  let local = run({ data, cwd, args: ["--verbose"] });
  await local.ready();
  const { port } = new URL(local.running().url);
  const deliver = async (path: string, body: string, headers: Record<string, string>, method = "POST") => {
    const answer = await fetch(`${local.running().url}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(method === "POST" && { body }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const list = async () =>
    ((await ask(local.running(), "/v1/jobs?product_tag=shop&env=dev&label=hook:stripe")) as unknown as Listed).jobs;

  const listed = await runCli(["hooks", "--json"], { cwd, env: { DUCTAPE_DATA: "data" } });
  const { hooks } = JSON.parse(listed.out) as { hooks: { hook: string; env: string; path: string }[] };
  const pathOf = (name: string, env = "dev") =>
    hooks.find((one) => one.hook === name && one.env === env)?.path as string;
  expect(hooks.map(({ path }) => path)).toEqual(
    ["stripe", "warehouse"].flatMap((name) => ["dev", "prd"].map((env) => `/hooks/shop/${env}/${name}`)),
  );

  const paid = JSON.stringify({
    id: "evt_1",
    type: "payment_intent.succeeded",
    data: { object: { amount: 1200, note: "Grüße \u{1F600} $Now" } },
  });
  const signed = () => ({ "stripe-signature": sign(stripeKey, paid) });
  // What is not Stripe's.
  const old = Math.floor(Date.now() / 1000) - 600;
  const path = pathOf("stripe");
  const refused = await deliver(path, paid, {});
  expect(refused.status).toBe(401);
  expect(await deliver(path, paid, { "stripe-signature": sign(warehouseKey, paid) })).toEqual(refused);
  expect(await deliver(path, paid, { "stripe-signature": sign(stripeKey, paid, old) })).toEqual(refused);
  expect(await deliver(path, paid.replace("1200", "9900"), signed())).toEqual(refused);
  expect(await deliver("/hooks/shop/dev/none", paid, signed())).toEqual(refused);
  expect((await deliver(path, paid, signed(), "GET")).status).toBe(404);
  expect(await list()).toEqual([]);

  expect(await deliver(path, paid, signed())).toEqual({ status: 200, text: '{"outcome":"accepted"}' });
  expect(await deliver(path, paid, { ...signed(), "content-type": "text/plain" })).toMatchObject({
    text: '{"outcome":"duplicate"}',
  });
  // As bytes that API Gateway passes on in base64.
  expect(await deliver(path, paid, { ...signed(), "content-type": "application/octet-stream" })).toMatchObject({
    text: '{"outcome":"duplicate"}',
  });
  const created = JSON.stringify({ id: "evt_2", type: "payment_intent.created", data: {} });
  expect(await deliver(path, created, { "stripe-signature": sign(stripeKey, created) })).toEqual({
    status: 200,
    text: '{"outcome":"ignored"}',
  });
  const other = JSON.stringify({ id: "evt_3", type: "payment_intent.succeeded" });
  expect((await deliver(path, other, { "stripe-signature": sign(stripeKey, other) })).status).toBe(422);

  // What came is listed, and made again, by the commands of the page.
  const commands = blocksOf(await catalogPage("hooks"), "sh").find((block) => block.includes("hooks replay")) ?? "";
  const [listing = "", selecting = "", showing = "", replaying = ""] = commands.trim().split("\n");
  const ofPage = async (command: string, id = "", ...more: string[]) => {
    const words = command
      .replace(/dlv_\w+/, id)
      .replace("--env prd", "--env dev")
      .split(" ")
      .slice(1);
    return JSON.parse((await runCli([...words, "--json", ...more], { cwd, env: { DUCTAPE_DATA: "data" } })).out);
  };
  const { deliveries } = (await ofPage(listing)) as { deliveries: HookDelivery[] };
  expect(deliveries.map(({ outcome, delivery_id }) => `${outcome} ${delivery_id}`)).toEqual([
    "refused evt_3",
    "ignored evt_2",
    ...["duplicate evt_1", "duplicate evt_1", "accepted evt_1"],
  ]);
  // Those that were refused or have failed.
  expect(((await ofPage(selecting)) as { deliveries: HookDelivery[] }).deliveries).toEqual(deliveries.slice(0, 1));
  const [lacking, , , , taken] = deliveries.map(({ id }) => id);
  expect(deliveries[0]?.errors?.map(({ pointer }) => pointer)).toEqual(["/body/data"]);
  const shown = (await ofPage(showing, taken)) as HookDelivery;
  expect([shown.body, JSON.stringify(shown.headers).includes("signature")]).toEqual([paid, false]);
  const replay = (await ofPage(replaying, taken)) as { job_id: string; outcome: string };
  expect(replay.outcome).toBe("accepted");
  expect(await ofPage(replaying, taken)).toEqual({ ...replay, outcome: "duplicate" });
  expect((await list()).map(({ job_id: id }) => id)).toContain(replay.job_id);
  const again = await runCli(["hooks", "replay", "stripe", lacking ?? "", "--product", "shop", "--env", "dev"], {
    ...{ cwd, env: { DUCTAPE_DATA: "data" } },
  });
  expect([again.code, again.err]).toEqual([3, expect.stringContaining("/body/data")]);
  await until(async () => (await list()).every(({ status }) => status === "completed"));

  // A run waits for the warehouse, which delivers after a restart.
  const { job_id } = (await ask(local.running(), "/v1/jobs", {
    product_tag: "shop",
    env: "dev",
    event: "ship",
    input: { order: "A-1" },
  })) as { job_id: string };
  await until(async () => (await list()).every(({ status }) => status === "completed"));
  await local.terminate();
  local = run({ data, cwd, args: ["--verbose"], env: { PORT: port } });
  await local.ready();

  expect(await deliver(path, paid, signed())).toMatchObject({ text: '{"outcome":"duplicate"}' });
  expect(await list()).toHaveLength(2);
  const packed = JSON.stringify({ scan: "s-1", order: "A-1", parcel: "P-7" });
  const ofWarehouse = { "x-signature": `sha256=${hmac(warehouseKey, packed)}` };
  expect((await deliver(pathOf("warehouse"), `${packed} `, ofWarehouse)).status).toBe(401);
  expect(await deliver(pathOf("warehouse"), packed, ofWarehouse)).toEqual({
    status: 200,
    text: '{"outcome":"accepted"}',
  });
  const done = await until(async () => {
    const shown = (await ask(local.running(), `/v1/jobs/${job_id}`)) as unknown as { status: string; result: unknown };
    return shown.status === "completed" && shown;
  });
  expect(done.result).toEqual({ parcel: "P-7" });
});
