import { randomUUID } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Listening, sendJson, serve } from "../../../local/gateway/http.ts";
import Ductape, { type InvalidRequestError, JobFailedError } from "../../../sdk/src/index.ts";
import { type Cell, early2025, mid2025, series, today } from "../../support/ductape/cells.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask, endRuns, type Run, repository, runLocal } from "../../support/local/run-local.ts";
import { outboxOf } from "../../support/local/runs.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

/*
 * What Ductape's documentation lets people write, of each year, sent to `npm start` by HTTP and by the SDK: the job runs, or the
 * request is refused with a fault that says what to do.
 */

const folder = tempFolder();
let local: Run;
let payments: Listening;
let ductape: Ductape;

beforeAll(async () => {
  // As root, PostgreSQL runs as another user, who must be able to enter the folder.
  chmodSync(folder, 0o755);
  payments = await serve(async (_request, response) =>
    sendJson(response, 402, { error: { code: "card_declined", message: "no" } }),
  );
  const cwd = checkout(join(folder, "code"));
  mkdirSync(join(cwd, "test/support/ductape"), { recursive: true });
  cpSync(join(repository, "test/support/ductape/shop.ts"), join(cwd, "test/support/ductape/shop.ts"));
  writeFileSync(
    join(cwd, "products/index.ts"),
    'import { shopOfDuctape } from "../test/support/ductape/shop.ts";\nexport const products = [shopOfDuctape] as const;\n',
  );
  const urls = [`/my-product/payments-url=${payments.url}`, "/my-product/ping-url=local:http/ping"];
  writeFileSync(join(cwd, ".env.local"), urls.join("\n"));
  local = runLocal({ data: join(folder, "data"), cwd });
  const { url, api_key } = await local.ready();
  ductape = new Ductape({ url, apiKey: api_key });
}, 90_000);

afterAll(async () => {
  await endRuns();
  await payments.close();
});

const wait = { prefer: "wait=20" };
const sentSince = async (count: number) => {
  const all = (await outboxOf(local.running().url)).filter(({ kind }) => kind !== "event" && kind !== "webhook");
  return all.slice(0, all.length - count);
};
const count = async () => (await sentSince(0)).length;

const cells: [generation: string, what: string, cell: Cell][] = Object.entries({ early2025, mid2025, today }).flatMap(
  ([generation, all]) => all.map((cell): [string, string, Cell] => [generation, cell.what, cell]),
);
const running = cells.filter(([, , { result }]) => result !== undefined);
const refused = cells.filter(([, , { faults }]) => faults !== undefined && Object.keys(faults).length > 0);

const pointersOf = (faults: readonly { pointer: string; detail: string }[], expected: Record<string, RegExp>) => {
  expect(faults.map(({ pointer }) => pointer)).toEqual(Object.keys(expected));
  for (const { pointer, detail } of faults) expect(detail).toMatch(expected[pointer] as RegExp);
};

test.each(running)("%s: %s runs, by HTTP", async (_generation, _what, { request, result, sent }) => {
  const before = await count();
  const job = await ask(local.running(), "/v1/jobs", request, wait);
  expect(job.error).toBeUndefined();
  expect(job).toMatchObject({ status: "completed", result });
  if (sent) expect(await sentSince(before)).toEqual(expect.arrayContaining(sent([])));
});

/** A row that exists cannot be inserted once more. */
const withNewIds = (request: unknown): unknown =>
  JSON.parse(JSON.stringify(request, (key, value) => (key === "id" ? randomUUID() : value)));

test.each(running)("%s: %s runs, by the SDK", async (_generation, _what, { request, result }) => {
  expect(await ductape.processor.job.schedule(withNewIds(request) as never)).toMatchObject(result as object);
});

test.each(refused)("%s: %s is refused with what to do", async (_g, _what, { request, faults = {} }) => {
  const problem = await ask(local.running(), "/v1/jobs", request);
  pointersOf(problem.errors as [], faults);
  const error = await ductape.processor.job.schedule(request as never).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(Error);
  pointersOf((error as InvalidRequestError).errors as [], faults);
});

test.each(series)("a series of %s is accepted", async (_what, request, repeat) => {
  const body = { env: "prd", product: "my-product", event: "find_orders", input: {}, ...request };
  const explained = await ask(local.running(), "/v1/explain", body);
  expect((explained.job as { repeat: unknown }).repeat).toMatchObject(repeat);
  const receipt = await ductape.processor.job.dispatch({ ...body, start_at: undefined } as never);
  expect(receipt).toMatchObject({ recurring: true, next_run_at: expect.any(Number) });
  await ductape.jobs.cancel(receipt.job_id);
});

test("a declined card is not retried and shows its code", async () => {
  const cell = today.find(({ what }) => what.startsWith("free text"));
  const job = await ask(local.running(), "/v1/jobs", cell?.request, wait);
  expect(job).toMatchObject({ status: "failed", attempt: 1, error: { provider_code: "card_declined" } });
  const error = await ductape.processor.job.schedule(cell?.request as never).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(JobFailedError);
  expect((error as JobFailedError).providerCode).toBe("card_declined");
});

test("a run of a feature is executed, looked at, replayed and restarted by its feature_id", async () => {
  const at = { product: "my-product", env: "prd" };
  const input = { name: "Ada", email: "ada@example.com" };
  const outcome = await ductape.features.execute({ ...at, tag: "greet", input });
  expect(outcome).toMatchObject({ status: "completed", completed_steps: ["main.mail"] });
  const { feature_id } = outcome;
  expect(await ductape.features.status({ feature_id })).toMatchObject({ feature_tag: "greet", status: "completed" });
  expect(await ductape.features.stepDetail({ feature_id, step_tag: "mail" })).toMatchObject({
    ...{
      step_tag: "main.mail",
      status: "completed",
      attempts: 1,
      output: { channels: { email: { sent: [{ to: "ada@example.com" }] } } },
    },
  });
  const replayed = await ductape.features.replay({ feature_id, reason: "once more" });
  const restarted = await ductape.features.restart({ feature_id, input_override: { name: "Bob" } });
  for (const { feature_id: id, ...more } of [replayed, restarted]) {
    const job = await ductape.jobs.get(id, { wait: 20 });
    expect([job.status, String(Object(job.result).text).split(" ")[0]]).toEqual([
      "completed",
      "restarted_from" in more ? "BOB" : "ADA",
    ]);
  }
  const { events, replays, restarts } = await ductape.features.history({ feature_id });
  expect(events.map(({ type }) => type)).toEqual([
    ...["feature.created", "feature.started", "step.started", "step.completed", "feature.completed"],
  ]);
  expect([replays, restarts]).toMatchObject([
    [{ feature_id: replayed.feature_id, feature_tag: "greet" }],
    [{ feature_id: restarted.feature_id }],
  ]);
});
