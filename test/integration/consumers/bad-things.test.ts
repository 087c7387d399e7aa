import type { ServerResponse } from "node:http";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { aJob, aMessage } from "../../support/builders.ts";
import { type Answer, httpServer } from "../../support/executors/http-server.ts";
import { type Provider, type ProviderName, providers } from "../../support/executors/providers.ts";
import { fakeServices } from "../../support/fakes/services.ts";
import { until } from "../../support/until.ts";

/**
 * What each provider may do to a job, and what becomes of the job: every pair runs through the consumer's engine, on a real
 * connection, in virtual time. Database engines and mail servers, which do not speak HTTP, have tests of their own for the
 * same: database_action/{shell,postgres,mysql,mongodb}.test.ts, notification.test.ts (SMTP), push.test.ts (FCM) and
 * storage/gcs.test.ts. A feature calls nobody: its steps are jobs of the other types.
 */
const names = Object.keys(providers) as ProviderName[];
const keptEnv = { ...process.env };
beforeAll(() => Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" }));
afterAll(() => {
  process.env = keptEnv;
});

/** A job of the provider; the provider gives these answers in turn, and then succeeds. */
async function world(name: ProviderName, ...answers: Answer[]) {
  const provider: Provider = providers[name];
  const server = await httpServer((request, response, raw) => {
    const answer = answers[server.seen.length - 1] ?? ((_request, good) => provider.good(good));
    return answer(request, response, raw);
  });
  const job = aJob({ type: provider.type, product: "p", event: "do", input: { inline: provider.input } });
  const product: Product = {
    tag: "p",
    envs: ["prd"],
    jobs: { do: { type: provider.type, ...provider.event } },
    [registry[provider.type].section]: { it: provider.target(server.url) },
  };
  expect(checkCatalog([product], registry)).toEqual([]);
  const services = fakeServices({
    jobs: [job],
    catalog: makeCatalog([product], registry),
    secrets: { "/here": server.url, ...(provider.secret && { key: provider.secret(server.url) }) },
  });
  const execute = provider.execute(server.url);
  const stored = async () => (await services.jobs.get(job.id)) as Job;
  return {
    server,
    stored,
    ...services,
    run: async () => runJob(services, execute, aMessage(await stored()), { random: () => 0 }),
    /** Runs the remaining attempts, each when it is due, until the job has ended. */
    async toItsEnd() {
      for (let now = await stored(); now.status === "scheduled" || now.status === "queued"; now = await stored()) {
        await services.clock.advance(Math.max(0, now.due_at - services.clock.now()));
        await this.run();
      }
      return stored();
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
    },
  };
}

const successOf = (name: ProviderName) => (providers[name] as Provider).status ?? 200;
const failed = ({ attempts }: Job) => attempts.flatMap(({ error }) => error?.code ?? []);
const status =
  (code: number, headers = {}): Answer =>
  (_request, response) =>
    response.writeHead(code, headers).end();

describe.each(names)("a provider (%s)", (name) => {
  test("that hangs is left at the job's timeout, and the next attempt succeeds", async () => {
    await using it = await world(name, () => {});
    const attempt = it.run();
    await until(() => it.server.seen.length > 0);
    await it.clock.advance(10_000);
    await attempt;
    expect(failed(await it.stored())).toEqual(["TIMEOUT"]);
    expect(await it.toItsEnd()).toMatchObject({ status: "completed", attempt: 2 });
  });

  test("that asks to wait has the attempt put off, not spent", async () => {
    await using it = await world(name, status(429, { "retry-after": "7" }));
    await it.run();
    const waiting = await it.stored();
    expect([failed(waiting), waiting.snoozes?.count]).toEqual([[], 1]);
    expect(waiting.due_at - it.clock.now()).toBe(7000);
    expect(await it.toItsEnd()).toMatchObject({ status: "completed", attempt: 1 });
    expect(it.server.seen).toHaveLength(2);
  });

  test("that fails twice gets one request per attempt, of which the third succeeds", async () => {
    await using it = await world(name, status(500), status(500));
    expect(await it.toItsEnd()).toMatchObject({ status: "completed", attempt: 3 });
    expect(it.server.seen).toHaveLength(3);
  });

  test("that resets the connection gets another attempt, which succeeds", async () => {
    await using it = await world(name, (_request, response) => response.socket?.resetAndDestroy());
    await it.run();
    expect(failed(await it.stored())).toEqual(["CONNECTION_ERROR"]);
    expect(await it.toItsEnd()).toMatchObject({ status: "completed", attempt: 2 });
  });

  test("that sends 11 MB has none of it kept inline", async () => {
    await using it = await world(name, (_request, response) => large(response, successOf(name)));
    await it.run();
    const after = await it.stored();
    expect({ status: after.status, code: after.error?.code }).toEqual(afterLarge[name]);
    expect(JSON.stringify(after).length).toBeLessThan(8000);
  });

  test("that sends invalid JSON has none of it in the error", async () => {
    await using it = await world(name, (_request, response) => {
      response.writeHead(successOf(name), { "content-type": "application/json" }).end('{"half": s3cret');
    });
    await it.run();
    const after = await it.stored();
    expect({ status: after.status, code: after.error?.code }).toEqual(afterInvalid[name]);
    expect(JSON.stringify([after.error, it.log.lines])).not.toContain("s3cret");
  });

  test("without credentials fails the job, which names the reference and no value", async () => {
    const provider: Provider = providers[name];
    // Providers that use the consumer's own role have no credentials to miss.
    if (!provider.secret) return;
    await using it = await world(name);
    const none = fakeServices({
      jobs: [await it.stored()],
      catalog: it.catalog,
      secrets: { other: "s3cret", "/here": it.server.url },
    });
    await runJob(none, provider.execute(it.server.url), aMessage(await it.stored()), {});
    const [after] = none.jobs.all();
    expect(after).toMatchObject({ status: "failed", error: { code: "CONFIGURATION_ERROR", retryable: false } });
    expect(after?.error?.message).toContain('secret("key")');
    expect(JSON.stringify([after, none.log.lines])).not.toContain("s3cret");
    expect(it.server.seen).toEqual([]);
  });
});

/** A body beyond any limit, whose end nobody waits for. */
function large(response: ServerResponse, success: number): void {
  response.writeHead(success, { "content-type": "application/json" });
  const chunk = Buffer.alloc(1024 * 1024, 0x20);
  for (let i = 0; i < 11; i++) response.write(chunk);
  response.end();
}

type After = { status: string; code: string | undefined };
const done: After = { status: "completed", code: undefined };
const refused: After = { status: "failed", code: "PROVIDER_ERROR" };
const again: After = { status: "queued", code: "PROVIDER_ERROR" };

/** Another attempt would not shrink the answer; where only the status counts, the rest is not read. */
const afterLarge: Record<ProviderName, After> = {
  "action: an app": refused,
  "notification: a callback": done,
  "notification: Expo": refused,
  "notification: SES": again,
  "notification: SNS": again,
  "database_action: DynamoDB": again,
  "function: HTTP": refused,
  "function: Lambda": done,
  "storage: S3": done,
  "storage: Azure": { status: "queued", code: "SERVICE_UNAVAILABLE" },
  "publish: SQS": again,
  "publish: SNS": again,
  "publish: EventBridge": again,
};
const afterInvalid: Record<ProviderName, After> = {
  "action: an app": done,
  "notification: a callback": done,
  "notification: Expo": refused,
  "notification: SES": again,
  "notification: SNS": again,
  "database_action: DynamoDB": again,
  "function: HTTP": done,
  "function: Lambda": done,
  "storage: S3": done,
  "storage: Azure": { status: "queued", code: "SERVICE_UNAVAILABLE" },
  "publish: SQS": again,
  "publish: SNS": again,
  "publish: EventBridge": again,
};
