import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { WebhookDelivery } from "ductape-sdk";
import { Webhook } from "standardwebhooks";
import { localValue } from "../../../local/demo/local-values.ts";
import { blocksOf, catalogPage } from "../../support/catalog-pages.ts";
import { runCli } from "../../support/cli/run-cli.ts";
import { anOrder } from "../../support/local/an-order.ts";
import { ask } from "../../support/local/run-local.ts";
import { localRuns, outboxOf } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const { newFolder, run } = localRuns();
const order = anOrder();
const wait = { prefer: "wait=10" };

test("a job's events reach the demo's webhook and the waiting task", async () => {
  const data = newFolder();
  const local = run({ data });
  const { url } = await local.ready();

  const done = await ask(local.running(), "/v1/jobs", { ...order, task_token: "t0ken" }, wait);
  expect(done).toMatchObject({ status: "completed" });
  expect(JSON.stringify(done)).not.toContain("t0ken");

  const sent = await until(async () => (await outboxOf(url)).find(({ kind }) => kind === "webhook"));
  expect(sent).toMatchObject({
    path: "/webhooks/orders",
    body: { type: "job.completed", data: { job_id: done.job_id, status: "completed" } },
  });
  const key = readFileSync(join(data, "fcm-key.pem"), "utf8");
  const secret = localValue("local:webhook-secret", { url: "", smtpUrl: "" }, key) ?? "";
  expect(new Webhook(secret).verify(JSON.stringify(sent.body), sent.headers as Record<string, string>)).toEqual(
    sent.body,
  );

  // What was sent is listed, and sent again, by the commands of the page.
  const commands = blocksOf(await catalogPage("webhooks"), "sh").find((block) => block.includes("resend")) ?? "";
  const [listing = "", selecting = "", showing = "", resending = ""] = commands.trim().split("\n");
  const ofPage = async (command: string, id = "") => {
    const words = command
      .replace(/dlv_\w+/, id)
      .split(" ")
      .slice(1);
    return JSON.parse((await runCli([...words, "--json"], { cwd: data, env: { DUCTAPE_DATA: "." } })).out);
  };
  const listed = async () => ((await ofPage(listing)) as { deliveries: WebhookDelivery[] }).deliveries;
  const [delivery, ...others] = await until(async () => {
    const found = await listed();
    return found.length > 0 && found;
  });
  expect(others).toEqual([]);
  expect(delivery).toMatchObject({ outcome: "delivered", job_id: done.job_id, attempts: [{ attempt: 1 }] });
  // Nothing is retried or has failed.
  expect(((await ofPage(selecting)) as { deliveries: WebhookDelivery[] }).deliveries).toEqual([]);
  const whole = (await ofPage(showing, delivery?.id)) as WebhookDelivery;
  expect(JSON.parse(whole.body ?? "")).toEqual(sent.body);
  expect((await ofPage(resending, delivery?.id)).outcome).toBe("retrying");
  const twice = await until(async () => {
    const found = (await outboxOf(url)).filter(({ kind }) => kind === "webhook");
    return found.length === 2 && found;
  });
  const idOf = ({ headers }: { headers?: unknown }) => (headers as Record<string, string>)["webhook-id"];
  expect([idOf(twice[0] ?? {}), twice[0]?.body]).toEqual([idOf(twice[1] ?? {}), twice[1]?.body]);
  await until(async () => (await listed())[0]?.attempts.length === 2);

  const answered = await until(async () => (await outboxOf(url)).find(({ kind }) => kind === "task"));
  expect(answered).toMatchObject({
    call: "SendTaskSuccess",
    token: "t0ken",
    content: { output: { job_id: done.job_id, status: "completed", result: { status: 201 } } },
  });
  expect(readFileSync(join(data, "log", "lambda.log"), "utf8")).not.toContain("t0ken");
});

test("a cancelled job fails its task, and webhooks get only their events", async () => {
  const local = run();
  const { url } = await local.ready();
  const later = { ...order, start_at: Date.now() + 600_000, task_token: "t0ken" };
  const { job_id } = await ask(local.running(), "/v1/jobs", later);
  await ask(local.running(), `/v1/jobs/${job_id}/cancel`, { reason: "no longer wanted" });
  const answered = await until(async () => (await outboxOf(url)).find(({ kind }) => kind === "task"));
  expect(answered).toMatchObject({
    call: "SendTaskFailure",
    content: { error: "CANCELLED", cause: "no longer wanted" },
  });
  const items = await outboxOf(url);
  expect(items.filter(({ kind }) => kind === "event")).toContainEqual(
    expect.objectContaining({ detail_type: "job.cancelled" }),
  );
  expect(items.filter(({ kind }) => kind === "webhook")).toEqual([]);
});

test("every event on the bus matches the published schema", async () => {
  const local = run();
  const { url } = await local.ready();
  const post = (path: string, body: object, headers: object = {}) => ask(local.running(), path, body, headers);
  const series = {
    ...order,
    labels: ["nightly"],
    start_at: Date.now() + 3_600_000,
    repeat: { every: 60_000, limit: 3 },
  };
  await post("/v1/jobs", order, wait);
  const { job_id } = await post("/v1/jobs", series);
  for (const change of ["pause", "resume", "run-now", "cancel"]) await post(`/v1/jobs/${job_id}/${change}`, {});
  const events = await until(async () => {
    const found = (await outboxOf(url)).filter(({ kind }) => kind === "event");
    const types = new Set(found.map(({ detail_type }) => detail_type));
    return (
      ["scheduled", "started", "completed", "cancelled", "paused", "resumed"].every((name) =>
        types.has(`job.${name}`),
      ) && found
    );
  });
  const schema = (await (await fetch(`${url}/events.json`)).json()) as object;
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema);
  for (const { source, detail_type, detail } of events) {
    validate({ source, "detail-type": detail_type, detail });
    expect([detail_type, validate.errors]).toEqual([detail_type, null]);
  }
});
