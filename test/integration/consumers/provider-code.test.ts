import { gzipSync } from "node:zlib";
import { execute } from "../../../lambdas/consumers/types/action/execute.ts";
import { functionExecutor } from "../../../lambdas/consumers/types/function/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { JobError } from "../../../lambdas/core/job/job-error.ts";
import type { Execution } from "../../../lambdas/core/operations/execution.ts";
import { anExecution, failureOf, secretsOf } from "../../support/executors/execution.ts";
import { type Answer, httpServer, json } from "../../support/executors/http-server.ts";
import { fakeClock } from "../../support/fakes/clock.ts";

const canary = "C4N4RY-zq81";
const secrets = secretsOf({ 'secret("key")': "tok_live_9" });
type Overrides = Partial<Pick<Execution, "input" | "clock" | "signal">>;

/** What calls an HTTP provider with a body and a bearer token. */
const callers: Record<string, (url: string, body: object, overrides?: Overrides) => Promise<unknown>> = {
  action: (url, body, overrides) =>
    execute(
      anExecution({
        event: { type: "action", app: "shop", action: "pay" },
        target: {
          envs: { dev: { base_url: url, auth: { type: "bearer", token: secret("key") } } },
          actions: { pay: { method: "POST", path: "/pay" } },
        },
        input: { body },
        secrets,
        ...overrides,
      }),
    ),
  function: (url, payload, overrides) =>
    functionExecutor()(
      anExecution({
        event: { type: "function", function: "pay" },
        target: {
          envs: { dev: { provider: "http", url: `${url}/pay`, auth: { type: "bearer", token: secret("key") } } },
        },
        input: { payload },
        secrets,
        ...overrides,
      }),
    ),
};

describe.each(Object.entries(callers))("the provider's code of a failed %s", (_type, call) => {
  const failing = async (answer: Answer, body: object = { amount: 5 }): Promise<JobError> => {
    await using server = await httpServer(answer);
    return await failureOf(call(server.url, body));
  };
  const declined = { error: { type: "card_error", code: "card_declined", message: canary } };

  it("is in its JSON", async () => {
    const error = await failing((_, response) => json(response, 402, declined));
    expect(error).toMatchObject({ code: "PROVIDER_ERROR", retryable: false, providerCode: "card_declined" });
    expect(error.message).not.toContain(canary);
    const type = { "content-type": "application/problem+json; charset=utf-8" };
    expect(await failing((_, response) => json(response, 503, declined, type))).toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      providerCode: "card_declined",
    });
  });

  it.each<[string, Answer]>([
    ["no body", (_, response) => response.writeHead(402).end()],
    ["a page", (_, response) => response.writeHead(402, { "content-type": "text/html" }).end(JSON.stringify(declined))],
    ["no type", (_, response) => response.writeHead(402).end(JSON.stringify(declined))],
    [
      "broken JSON",
      (_, response) => response.writeHead(402, { "content-type": "application/json" }).end('{"code":"x"'),
    ],
    ["too much JSON", (_, response) => json(response, 402, { ...declined, more: "x".repeat(65 * 1024) })],
    [
      "JSON that breaks off",
      (_, response) => {
        response.writeHead(402, { "content-type": "application/json", "content-length": 1000 }).write('{"code":"x"}');
        setImmediate(() => response.destroy());
      },
    ],
  ])("is the status if there is %s", async (_, answer) => {
    expect(await failing(answer)).toMatchObject({ code: "PROVIDER_ERROR", retryable: false, providerCode: "402" });
  });

  it.each<[string, object, object]>([
    ["the input", { code: canary }, { note: canary }],
    ["a part of the input", { code: "C4N4RY" }, { deep: [{ note: canary }] }],
    ["a code made of the input", { error: { code: `unknown:${canary}` } }, { note: canary }],
    ["the credential", { error: "tok_live_9" }, {}],
    ["a number of the input", { errors: [{ code: 424242 }] }, { pin: 424242 }],
  ])("is never %s", async (_, body, input) => {
    expect((await failing((_request, response) => json(response, 402, body), input)).providerCode).toBe("402");
  });

  it("does not wait for an endless answer", async () => {
    const begun = Promise.withResolvers<void>();
    await using server = await httpServer((_, response) => {
      response.writeHead(402, { "content-type": "application/json" }).write('{"code":');
      begun.resolve();
    });
    const clock = fakeClock();
    const failed = failureOf(call(server.url, {}, { clock }));
    await begun.promise;
    while (clock.sleepers() === 0) await new Promise(setImmediate);
    await clock.advance(2000);
    expect(await failed).toMatchObject({ code: "PROVIDER_ERROR", retryable: false, providerCode: "402" });
  });
});

it("a provider's code is found in a compressed answer", async () => {
  await using server = await httpServer((_, response) =>
    response
      .writeHead(409, { "content-type": "application/json", "content-encoding": "gzip" })
      .end(gzipSync(JSON.stringify({ error: "duplicate" }))),
  );
  expect(await failureOf(callers.action?.(server.url, {}) as Promise<unknown>)).toMatchObject({
    providerCode: "duplicate",
  });
});

it("a connection that fails has the system's code", async () => {
  for (const call of Object.values(callers)) {
    expect(await failureOf(call("http://127.0.0.1:1", {}))).toMatchObject({
      code: "CONNECTION_ERROR",
      providerCode: "ECONNREFUSED",
    });
  }
});
