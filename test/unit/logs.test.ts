import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { APIGatewayProxyStructuredResultV2, Context, SQSEvent } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { authorize } from "../../lambdas/authorizer/authorize.ts";
import { jobItemOf } from "../../lambdas/aws/dynamodb/job-item.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import { intakeHandler } from "../../lambdas/aws/lambda/intake-handler.ts";
import { queueHandler } from "../../lambdas/aws/lambda/queue-handler.ts";
import { streamHandler } from "../../lambdas/aws/lambda/stream-handler.ts";
import { makeLog } from "../../lambdas/aws/log/log.ts";
import { type AttemptPolicy, defaultPolicy } from "../../lambdas/consumers/engine/attempt-policy.ts";
import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../lambdas/consumers/types/feature/decisions.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { newApiKey } from "../../lambdas/core/access/api-key.ts";
import { allScopes } from "../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import { parameter, secret as secretOf } from "../../lambdas/core/catalog/references.ts";
import type { ProductEndpoint } from "../../lambdas/core/catalog/webhook.ts";
import { type Job, JobMessage, jobMessageOf, jobTypes } from "../../lambdas/core/job/job.ts";
import { JobError } from "../../lambdas/core/job/job-error.ts";
import type { JobEventName } from "../../lambdas/core/job/job-event.ts";
import { recent } from "../../lambdas/core/kernel/recent.ts";
import { orderOf } from "../../lambdas/core/limits/gate.ts";
import { TickMessage } from "../../lambdas/core/limits/pump.ts";
import type { Execute } from "../../lambdas/core/operations/execution.ts";
import { tickLine } from "../../lambdas/core/operations/tick.ts";
import { TaskMessage } from "../../lambdas/core/outbound/task-message.ts";
import { Delivery, deliveriesOf } from "../../lambdas/core/outbound/webhook.ts";
import type { EventBus } from "../../lambdas/core/ports/event-bus.ts";
import type { Tasks } from "../../lambdas/core/ports/tasks.ts";
import { takeImports } from "../../lambdas/intake/import/take-imports.ts";
import { scheduleDirectCall } from "../../lambdas/intake/schedule-request.ts";
import { takeMessages } from "../../lambdas/intake/take-messages.ts";
import { handleChanges } from "../../lambdas/lifecycle/handle.ts";
import { tickFields } from "../../lambdas/pump/tick-fields.ts";
import { reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { answerTask } from "../../lambdas/tasks/answer.ts";
import { deliver } from "../../lambdas/webhooks/deliver.ts";
import { deliveryFields } from "../../lambdas/webhooks/services.ts";
import { aJob, aMessage, anEvent, noon } from "../support/builders.ts";
import { captured } from "../support/captured.ts";
import { catalog } from "../support/catalog/catalog.ts";
import { withSessions } from "../support/expressing.ts";
import { fakeApiKeys } from "../support/fakes/api-keys.ts";
import { fakeDeadLetters } from "../support/fakes/dead-letters.ts";
import { fakeEndpoints } from "../support/fakes/endpoints.ts";
import { fakeMessageQueue } from "../support/fakes/message-queue.ts";
import { fakeRunLogs } from "../support/fakes/run-logs.ts";
import { fakeSecrets } from "../support/fakes/secrets.ts";
import { fakeSentDeliveries } from "../support/fakes/sent-deliveries.ts";
import { fakeServices } from "../support/fakes/services.ts";
import { httpEvent } from "../support/http-event.ts";
import { intakeServices, order } from "../support/intake/services.ts";
import { sampleRequests } from "../support/sample-requests.ts";

/** Invariant 9, entry by entry: whatever goes wrong, this is in no log line and in no answer about what went wrong. */
const canary = "C4N4RY-zq81";

/** What clients throw: they quote what they were given, over several lines, and some of those look like stack frames. */
function quoting(): Error {
  const cause = new Error(`cause ${canary}`);
  const text = `could not use "${canary}"\n    at ${canary} (input.json:1:1)\n${canary}`;
  return Object.assign(new Error(text, { cause }), { code: "EFAIL", detail: canary, config: { headers: canary } });
}

const linesWith = (text: string, said: string) => said.split("\n").filter((line) => line.includes(text));

/** A port each of whose methods fails so; as an error of its own making where `fails` says which methods do. */
const broken = <Port extends object>(port: Port): Port =>
  new Proxy(port, {
    get: (target, name) =>
      typeof Reflect.get(target, name) === "function" ? () => Promise.reject(quoting()) : Reflect.get(target, name),
  });

const level = process.env.LOG_LEVEL;
beforeAll(() => {
  process.env.LOG_LEVEL = "DEBUG";
});
afterAll(() => {
  if (level === undefined) delete process.env.LOG_LEVEL;
  else process.env.LOG_LEVEL = level;
});

/** Fakes with the real log. */
const services = (...jobs: Job[]) => ({ ...fakeServices({ catalog, jobs }), log: makeLog("test") });
type Services = ReturnType<typeof services>;
type Broken = "jobs" | "queue" | "scheduler" | "blobs" | "stats";
const brokenPorts: Broken[] = ["jobs", "queue", "scheduler", "blobs", "stats"];
const without = (all: Services, port: Broken): Services => ({ ...all, [port]: broken(all[port]) });
/** Where nobody looks at when messages come again. */
const noRedelivery = { soon: async () => {} };

const place = { product_tag: "my-product", env: "prd" };
const tenant = { product: "my-product", env: "prd" };
const marked = { inline: { body: { note: canary } } };

test("the log has its lowest level in these tests", async () => {
  const said = await captured(async () => makeLog("test").debug("debug", { note: canary }));
  expect(said).toContain(canary);
});

describe("the API", () => {
  const asked = { ...place, event: "create_order", start_at: 0, input: { body: { note: canary } } };
  const bodies: [string, unknown][] = [
    ["right", asked],
    ["wrong in its fields", { ...asked, start_at: canary, [canary]: 1, labels: [{ canary }], event: "create_ordre" }],
    ["wrong in its input", { ...asked, input: { [canary]: canary, body: canary } }],
    ["with a session", { ...asked, session: { tag: canary, token: canary } }],
    ["a batch", { jobs: [asked, { ...asked, retries: canary }, canary, null] }],
    ["a bulk change", { action: "cancel", filter: place, reason: canary }],
    ["an upload", { ...place, fileName: `${canary}.txt`, mimeType: canary }],
    ["no JSON", `{"note": "${canary}"`],
    ["huge", `"${canary.repeat(450_000)}"`],
  ];
  /** Names that the caller has made up are told back to him, in pointers; their values are not. */
  const withoutPointers = (body: string) => body.replace(/"pointer":"[^"]*"/g, "");

  test.each(routes.map((route) => ({ ...route, name: `${route.method} ${route.path}` })))(
    "$name: no log line and no problem quotes the request",
    async ({ method, path }) => {
      const answers: string[] = [];
      const said = await captured(async () => {
        for (const [, body] of method === "POST" ? bodies : [["none", undefined]]) {
          for (const port of [undefined, ...brokenPorts]) {
            const job = aJob({ ...tenant, event: "create_order", input: marked, result: marked });
            const all = port ? without(services(job), port) : services(job);
            const at = path.replace("{id}", job.id).replace("{tag}", canary);
            const headers = { authorization: `Bearer ${canary}`, "idempotency-key": canary };
            const query = method === "GET" ? { ...place, cursor: canary, label: canary, from: canary } : undefined;
            const event = httpEvent({ method, path: at, body, headers, ...(query && { query }) });
            const answer = await httpApi(() => all, routes)(event, {} as Context);
            const { statusCode = 0, body: text = "" } = answer as APIGatewayProxyStructuredResultV2;
            if (statusCode >= 400 || path.endsWith("/batch")) answers.push(withoutPointers(text));
          }
        }
      });
      expect(linesWith(canary, said)).toEqual([]);
      expect(answers.join("\n")).not.toContain(canary);
    },
  );
});

describe("a session", () => {
  const signed = makeCatalog([withSessions], registry);
  const asked = {
    product_tag: "shop",
    env: "prd",
    event: "order_x",
    input: { body: { a: "$Session{user}{email}", b: "[$Session{user}{name}]" } },
    session: { tag: "user", token: JSON.stringify({ email: canary, name: [canary] }) },
  };

  test.each([
    ["whose token is right", (all: Services) => all],
    ["whose token cannot be checked", (all: Services) => ({ ...all, sessions: broken(all.sessions) })],
    ["whose job cannot be stored", (all: Services) => without(all, "jobs")],
  ])("%s is in no log line, no answer and no error", async (_what, changed) => {
    let told = "";
    const said = await captured(async () => {
      const all = { ...changed(services()), catalog: signed };
      for (const path of ["/v1/jobs", "/v1/explain", "/v1/jobs/batch"]) {
        for (const token of [asked.session.token, canary, "later"]) {
          const one = { ...asked, session: { ...asked.session, token } };
          const body = path.endsWith("/batch") ? { jobs: [one] } : one;
          told += JSON.stringify(
            await httpApi(() => all, routes)(httpEvent({ method: "POST", path, body }), {} as Context),
          );
        }
      }
      for (const { message } of all.queue.sent) {
        await runJob(all, async () => Promise.reject(quoting()), message);
        told += JSON.stringify(((await all.jobs.get(message.job_id)) as Job).error);
      }
    });
    expect(linesWith(canary, said)).toEqual([]);
    expect(told).not.toContain(canary);
  });
});

describe.each(jobTypes)("the consumer of type %s", (type) => {
  const { event } = sampleRequests[type];
  const theJob = () => aJob({ ...tenant, event, type, input: marked });
  const outcomes: [string, Execute][] = [
    ["succeeds", async () => ({ token: canary })],
    [
      "fails as the provider says",
      async () => Promise.reject(new JobError("NOT_FOUND", "It said 404.", { cause: quoting() })),
    ],
    [
      "fails with a provider's code that is none",
      async () => Promise.reject(new JobError("NOT_FOUND", "It said 404.", { providerCode: `no ${canary}` })),
    ],
    ["throws what a client threw", async () => Promise.reject(quoting())],
    ["throws a text", async () => Promise.reject(canary)],
    ["throws something else", async () => Promise.reject({ message: canary, stack: canary, code: 7 })],
  ];

  /** As Lambda calls it: a batch with a good message, and one that cannot be read. */
  async function consume(all: Services, execute: Execute, job: Job, policy: AttemptPolicy = defaultPolicy) {
    const handler = queueHandler(
      () => ({ ...all, redelivery: noRedelivery }),
      JobMessage,
      (given, message) => runJob(given, execute, message, { policy }),
    );
    const bodies = [JSON.stringify(jobMessageOf(job)), `{"note": "${canary}"`, JSON.stringify({ note: canary })];
    const Records = bodies.map((body, i) => ({ messageId: String(i), body, attributes: {}, messageAttributes: {} }));
    await handler({ Records } as unknown as SQSEvent, {} as Context);
  }

  test.each(outcomes)("that %s logs no input, result or secret", async (_what, execute) => {
    let errors = "";
    const said = await captured(async () => {
      for (const port of [undefined, ...brokenPorts]) {
        const job = theJob();
        const whole = services(job);
        await consume(
          port ? without(whole, port) : whole,
          execute,
          job,
          type === "feature" ? decisionPolicy : undefined,
        );
        const after = whole.jobs.peek(job.id);
        errors += JSON.stringify([after?.error, after?.attempts]);
      }
    });
    expect(said).toContain('"level":"ERROR"');
    expect(linesWith(canary, said)).toEqual([]);
    expect(errors).not.toContain(canary);
  });
});

describe("the authorizer", () => {
  test("logs no key, whatever its state", async () => {
    const { key, record } = newApiKey({ name: canary, scopes: allScopes, created_at: 0 });
    const secret = key.slice(-64);
    const all = { ...services(), deployedKey: async () => canary.repeat(2) };
    const stores = [
      fakeApiKeys(record),
      fakeApiKeys(),
      fakeApiKeys({ ...record, revoked_at: 1 }),
      fakeApiKeys({ ...record, expires_at: 1 }),
      fakeApiKeys({ ...record, hash: "0" }),
      broken(fakeApiKeys()),
    ];
    const said = await captured(async () => {
      for (const keys of stores) {
        for (const given of [key, canary.repeat(2), `${canary}-wrong`, "x"]) {
          await authorize({ ...all, keys }, `Bearer ${given}`).catch(() => undefined);
        }
      }
    });
    expect(said).toContain(record.id);
    expect(linesWith(canary, said)).toEqual([]);
    expect(linesWith(secret, said)).toEqual([]);
  });
});

const endpoint: ProductEndpoint = {
  ...tenant,
  webhook: "shop",
  url: parameter("/hook/url"),
  secret: secretOf("hook"),
  events: ["completed"],
};

describe("the lifecycle", () => {
  test("logs nothing of the jobs, readable or not", async () => {
    const session = { tag: "user", claims: JSON.stringify([["email", canary]]) };
    const job = aJob({ ...tenant, input: marked, labels: [canary], task_tokens: [canary], session });
    const after: Job = { ...job, status: "completed", result: marked, finished_at: job.due_at, version: 2 };
    const NewImage = jobItemOf(after, 1);
    const records = [
      { OldImage: jobItemOf(job, 1), NewImage },
      { NewImage: { ...NewImage, input: { M: { inline: { S: `{${canary}` } } } } },
      { OldImage: { PK: { S: canary } }, NewImage: { attempts: { S: canary } } },
    ];
    const address = { product: "p", env: "e", signal: "paid", to: { key: canary } };
    const Keys = { PK: { S: `SIG#p#e#paid#KEY#${canary}` }, SK: { S: `MSG#1#${canary}` } };
    const sent = { Keys, NewImage: { ...Keys, id: { S: canary }, at: { N: "1" }, payload: { S: `"${canary}"` } } };
    const Records = [...records, sent].map((images, i) => ({ dynamodb: { ...images, SequenceNumber: String(i) } }));
    const thrown: string[] = [];
    const said = await captured(async () => {
      const { stats, failures, blobs, log, signals, queue, clock } = services();
      await signals.listen(address, { message: aMessage(job), step: "main.money", until: Number.POSITIVE_INFINITY });
      const bus: EventBus = { publish: async () => [{ index: 0, code: "InternalFailure" }] };
      const tasks = fakeMessageQueue<TaskMessage>();
      const publish = new Set<JobEventName>(["completed", "scheduled"]);
      const webhooks = fakeMessageQueue<Delivery>();
      const deadLetters = fakeDeadLetters();
      const woken = { signals, queue, clock };
      const usual = {
        bus,
        stats,
        failures,
        blobs,
        tasks,
        webhooks,
        deadLetters,
        endpoints: [endpoint],
        log,
        publish,
        ...woken,
      };
      for (const ports of [
        { stats: broken(stats) },
        { failures: broken(failures) },
        { bus: broken(bus) },
        { tasks: broken(tasks) },
        { webhooks: broken(webhooks) },
        { signals: broken(signals) },
        { queue: { ...queue, sendMany: broken(queue).sendMany } },
        { deadLetters: broken(deadLetters) },
      ]) {
        const handler = streamHandler(
          () => ({ ...usual, recentlySent: recent(), runLogs: fakeRunLogs(), ...ports }),
          handleChanges,
        );
        await handler({ Records } as never, {} as Context).catch((error: unknown) => thrown.push(inspect(error)));
      }
    });
    expect(said).toContain('"level":"ERROR"');
    expect(linesWith(canary, said)).toEqual([]);
    // Lambda would log it.
    expect(thrown.length).toBeGreaterThan(0);
    expect(thrown.join("\n")).not.toContain(canary);
  });
});

describe("the function that answers Step Functions' tasks", () => {
  test("logs no token and no report", async () => {
    const job = aJob({ ...tenant, task_tokens: [canary], result: marked });
    const outcome = { status: "completed", result: marked } as const;
    const messages: unknown[] = [
      { v: 1, kind: "outcome", job_id: job.id, tokens: [canary], outcome },
      { v: 1, kind: "heartbeat", job_id: job.id, token: canary },
      { note: canary },
    ];
    const Records = messages.map((message, i) => ({ messageId: String(i), body: JSON.stringify(message) }));
    const closed: Tasks = {
      succeed: async () => "closed",
      fail: async () => "closed",
      heartbeat: async () => "closed",
    };
    const said = await captured(async () => {
      const { jobs, blobs, log } = services(job);
      const usual = { jobs, blobs, log, tasks: closed, queue: fakeMessageQueue<TaskMessage>() };
      for (const ports of [{}, { tasks: broken(closed) }, { jobs: broken(jobs) }]) {
        const all = { ...usual, ...ports, redelivery: noRedelivery, sentHeartbeats: recent() };
        const handler = queueHandler(() => all, TaskMessage, answerTask);
        await handler({ Records } as unknown as SQSEvent, {} as Context);
      }
    });
    expect(said).toContain('"level":"ERROR"');
    expect(linesWith(canary, said)).toEqual([]);
  });
});

describe("the function that sends webhooks", () => {
  const whsec = `whsec_${Buffer.from(canary.repeat(3)).toString("base64")}`;
  const url = `https://127.0.0.1:1/${canary}`;

  test.each([
    ["that nobody answers", { "/hook/url": url, hook: whsec }],
    ["without a secret", { "/hook/url": url }],
    ["with a secret that is none", { "/hook/url": url, hook: canary }],
    ["with a URL that is none", { "/hook/url": canary, hook: whsec }],
  ])("logs no secret and no URL of an endpoint %s", async (_what, values) => {
    const said = await captured(async () => {
      const { clock, log } = services();
      const happened = anEvent("completed", aJob(tenant));
      const [delivery] = deliveriesOf([endpoint], happened);
      const usual = {
        catalog: [endpoint],
        endpoints: fakeEndpoints(),
        sentDeliveries: fakeSentDeliveries(),
        secrets: fakeSecrets(values as Record<string, string>),
        queue: fakeMessageQueue<Delivery>(),
        announcer: { announce: async () => {} },
        deadLetters: fakeDeadLetters(),
        clock,
        log,
        timeoutMs: 1000,
        random: () => 0,
      };
      const Records = [JSON.stringify(delivery), `{"note": "${canary}"`].map((body, i) => ({
        messageId: String(i),
        body,
      }));
      for (const ports of [{}, { endpoints: broken(usual.endpoints) }, { secrets: broken(usual.secrets) }]) {
        const handler = queueHandler(
          () => ({ ...usual, ...ports, redelivery: noRedelivery }),
          Delivery,
          deliver,
          deliveryFields,
        );
        await handler({ Records } as unknown as SQSEvent, {} as Context);
      }
    });
    expect(said).toContain('"level":"ERROR"');
    expect(linesWith(canary, said)).toEqual([]);
    expect(linesWith(whsec, said)).toEqual([]);
  });
});

describe("the intake", () => {
  const good = order({ input: { body: { note: canary } } });
  const bad = order({ start_at: canary, retries: canary, event: `create_${canary}`, input: canary });
  const record = (content: unknown, messageId: string) => ({
    messageId,
    body: typeof content === "string" ? content : JSON.stringify(content),
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:111122223333:intake",
  });
  // What has the form of a tag is told of a rejected message; anything else in its place is not.
  const elsewhere = order({ product_tag: `${canary} is no tag`, env: [canary], idempotency_key: canary });
  const events = [
    good,
    bad,
    elsewhere,
    canary,
    null,
    { Records: [good, bad, elsewhere, `{"note": "${canary}"`, [canary]].map((one, i) => record(one, `m${i}`)) },
  ];

  test("logs nothing of its requests", async () => {
    const answers: string[] = [];
    const said = await captured(async () => {
      for (const port of [undefined, ...brokenPorts, "rejections", "imports"] as const) {
        const usual = {
          ...intakeServices(),
          log: makeLog("test"),
          importQueueName: "imports",
          redelivery: { intake: noRedelivery, imports: noRedelivery },
        };
        const all = port ? { ...usual, [port]: broken(usual[port]) } : usual;
        const handler = intakeHandler(() => all, {
          request: scheduleDirectCall,
          messages: takeMessages,
          imports: takeImports,
        });
        const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 60_000 } as Context;
        for (const event of events) {
          const answer = await handler(event, context).catch((error: unknown) => inspect(error));
          answers.push(JSON.stringify(answer));
        }
      }
    });
    expect(said).toContain('"level":"WARN"');
    expect(linesWith(canary, said)).toEqual([]);
    expect(answers.filter((answer) => answer.includes(canary))).toEqual([]);
  });
});

describe("the pump", () => {
  test("logs no key of a line and no job", async () => {
    const gate = { ...tenant, limit: "customer", key: canary };
    const tick = { v: 1, ...gate, by: "promised", visible: noon };
    const messages: unknown[] = [tick, { ...tick, visible: canary }, { note: canary }];
    const Records = messages.map((message, i) => ({ messageId: String(i), body: JSON.stringify(message) }));
    const said = await captured(async () => {
      for (const port of [undefined, "jobs", "queue", "gates", "ticks", "pauses"] as const) {
        const gates = [{ limit: "customer", key: canary }];
        const job = aJob({ ...tenant, event: "call_partner", input: marked, gates, due_at: noon - 1000 });
        const usual = services(job);
        const { id, run, attempt, due_at } = job;
        await usual.gates.stand(gate, { job: id, run, attempt, due_at, order: orderOf(job), since: noon });
        await usual.gates.mark(gate, { id: "mark", promised: "promised", nextCall: noon }, undefined);
        const all = port ? { ...usual, [port]: broken<object>(usual[port]) } : usual;
        const handler = queueHandler(() => ({ ...all, redelivery: noRedelivery }), TickMessage, tickLine, tickFields);
        await handler({ Records } as unknown as SQSEvent, {} as Context);
        // A tick that can be read calls the job, unless a port fails.
        expect(usual.queue.sent).toHaveLength(port === undefined || port === "ticks" ? 1 : 0);
      }
    });
    expect(said).toContain('"level":"ERROR"');
    expect(said).toContain('"limit":"customer"');
    expect(linesWith(canary, said)).toEqual([]);
  });
});

describe("the reconciler", () => {
  test("logs nothing of the jobs that it dispatches", async () => {
    const said = await captured(async () => {
      for (const port of [undefined, ...brokenPorts]) {
        const job = aJob({ ...tenant, input: marked, due_at: 0 });
        const all = port ? without(services(job), port) : services(job);
        await reconcile(all).catch(() => undefined);
      }
    });
    expect(said).toContain('"level":"ERROR"');
    expect(linesWith(canary, said)).toEqual([]);
  });
});
