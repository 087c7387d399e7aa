import { createServer } from "node:http";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { execute as callAction } from "../../../lambdas/consumers/types/action/execute.ts";
import { functionExecutor } from "../../../lambdas/consumers/types/function/execute.ts";
import { execute as notify } from "../../../lambdas/consumers/types/notification/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { TraceHeaders } from "../../../lambdas/core/job/trace.ts";
import { deliver } from "../../../lambdas/webhooks/deliver.ts";
import { anExecution } from "../../support/an-execution.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { listening, stopping } from "../../support/aws/server.ts";
import { aJob } from "../../support/builders.ts";
import { httpServer, json } from "../../support/executors/http-server.ts";
import { startLambdaService } from "../../support/function/lambda-service.ts";
import { aDelivery, taking, webhookWorld, withServer } from "../../support/webhook-world.ts";

const trace: TraceHeaders = {
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  tracestate: "a=1",
};
const job = aJob({ env: "dev" });
const secrets = { "shop/code": `whsec_${Buffer.alloc(32, 7).toString("base64")}`, "shop/ductape": "a key" };

/** The headers of traces with which a server is called by a job that has a trace, and by one that has none. */
async function heard(call: (url: string, given: { trace?: TraceHeaders }) => Promise<unknown>) {
  await using server = await httpServer((_, response) => json(response, 200, {}));
  // What the answer means is no matter here.
  for (const given of [{ trace }, {}]) await call(server.url, given).catch(() => {});
  return server.seen.map(({ headers: { traceparent, tracestate } }) => ({ traceparent, tracestate }));
}

const none = { traceparent: undefined, tracestate: undefined };
const client = new LambdaClient(settings);
afterAll(() => client.destroy());
const callFunction = (callee: object, given: object) =>
  functionExecutor(async () => client)(
    anExecution({
      ...{ job, secrets, ...given },
      event: { type: "function", function: "price" } as never,
      target: { envs: { dev: callee } },
      input: { payload: {} },
      deadline: Date.now() + 5000,
    }),
  );

test.each<[string, (url: string, given: { trace?: TraceHeaders }, input?: object) => Promise<unknown>]>([
  [
    "an action",
    (url, given) =>
      callAction(
        anExecution({
          ...{ job, ...given },
          event: { type: "action", app: "shop", action: "do" },
          target: { envs: { dev: { base_url: url } }, actions: { do: { method: "POST", path: "/" } } },
        }),
      ),
  ],
  [
    "a callback of a notification",
    (url, given) =>
      notify(
        anExecution({
          ...{ job, ...given },
          event: { type: "notification", notification: "n" } as never,
          target: { envs: { dev: { callback: { url } } }, messages: { m: {} } },
          input: { slug: "m", callback: { body: {} } },
        }),
      ),
  ],
  ["a function at a URL", (url, given) => callFunction({ provider: "http", url, auth: { type: "none" } }, given)],
  ["served code", (url, given) => callFunction({ provider: "serve", url, secret: secret("shop/code") }, given)],
  [
    "a portable function",
    (url, given) =>
      callFunction(
        { provider: "portable", url, namespace: "a.b", version: "1", access_key: secret("shop/ductape") },
        given,
      ),
  ],
])("%s is called with the trace of its job, or with none", async (_what, call) => {
  expect(await heard(call)).toEqual([trace, none]);
});

test("a caller's own trace goes to the action instead", async () => {
  const own = { traceparent: "mine" };
  const call = (url: string, given: object) =>
    callAction(
      anExecution({
        ...{ job, ...given },
        event: { type: "action", app: "shop", action: "do" },
        target: { envs: { dev: { base_url: url } }, actions: { do: { method: "POST", path: "/" } } },
        input: { headers: own },
      }),
    );
  expect(await heard(call)).toEqual(Array.from({ length: 2 }, () => ({ ...none, ...own })));
});

test("a Lambda function has it in its client context", async () => {
  const lambda = await startLambdaService();
  try {
    lambda.answers({});
    const arn = "arn:aws:lambda:eu-west-1:123456789012:function:resize:live";
    const target = { envs: { dev: { provider: "lambda", arn } } };
    await functionExecutor(lambda.clients)(anExecution({ job, target, input: { payload: {} }, trace }));
    expect(lambda.calls.at(-1)?.clientContext).toEqual({ custom: { idempotency_key: `${job.id}-1`, ...trace } });
  } finally {
    await lambda.stop();
  }
});

test("a webhook is delivered with it", async () => {
  await withServer(taking, async ({ url, seen }) => {
    const world = webhookWorld(url);
    await deliver(world, aDelivery({ trace }));
    await deliver(world, aDelivery({ id: "evt_other" }));
    const [traced, plain] = seen.map(({ headers }) => headers);
    expect(traced).toMatchObject(trace);
    expect(plain).not.toHaveProperty("traceparent");
  });
});

test("a receiver that answers only what is traced", async () => {
  const server = createServer((request, response) =>
    response.writeHead(request.headers.traceparent === trace.traceparent ? 200 : 400).end("{}"),
  );
  const url = await listening(server);
  try {
    const callee = { provider: "http", url, auth: { type: "none" } };
    expect(await callFunction(callee, { trace })).toMatchObject({ status: 200 });
    await expect(callFunction(callee, {})).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  } finally {
    await stopping(server);
  }
});
