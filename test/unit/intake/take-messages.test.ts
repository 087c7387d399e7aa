import type { QueueMessage } from "../../../lambdas/aws/lambda/intake-handler.ts";
import { derivedJobId } from "../../../lambdas/core/job/job-id.ts";
import { takeMessages } from "../../../lambdas/intake/take-messages.ts";
import { aMessage, noon } from "../../support/builders.ts";
import { denied, refusedForGood, throttled } from "../../support/fakes/failures.ts";
import { bucketNotification, busEvent, eventId, topicMessage, topicMessageId } from "../../support/intake/envelopes.ts";
import { type FakeIntake, intakeServices, order } from "../../support/intake/services.ts";

let services: FakeIntake;
beforeEach(() => {
  services = intakeServices();
});

const message = (id: string, content: unknown, sentAt = noon): QueueMessage => ({
  id,
  body: typeof content === "string" ? content : JSON.stringify(content),
  sentAt,
});
const named = (key: string) => derivedJobId("my-product", "prd", key);
const ids = () => services.jobs.all().map(({ id }) => id);
const down = async (): Promise<never> => {
  throw throttled("AWS is down");
};

test("a request from any service becomes a job with an id derived from its message", async () => {
  const messages = [
    message("m1", order()),
    message("m2", busEvent(order())),
    message("m3", topicMessage(JSON.stringify(order()))),
    message("m4", order({ idempotency_key: "mine" })),
  ];
  expect(await takeMessages(services, messages)).toEqual([]);
  const expected = ["sqs:m1", `eventbridge:${eventId}`, `sns:${topicMessageId}`, "mine"].map(named);
  expect(ids().sort()).toEqual(expected.sort());
  expect(services.queue.sent.map(({ message }) => message.job_id).sort()).toEqual(expected);
  expect(new Set(services.queue.sent.map(({ group }) => group))).toEqual(new Set(["my-product:prd"]));
  expect(services.rejections.rejected).toEqual([]);
});

test("a message may have Ductape's spellings, to which its faults point", async () => {
  const theirs = { env: "prd", product: "my-product", event: "shop:create_order", input: { "body:sku": "A-1" } };
  const faulty = { ...theirs, schedule: { cron: "x" } };
  const messages = [
    message("m1", { ...theirs, schedule: { start_at: noon + 5000 } }),
    message("m2", busEvent(theirs)),
    message("m3", topicMessage(JSON.stringify(theirs))),
    message("m4", faulty),
  ];
  expect(await takeMessages(services, messages)).toEqual([]);
  const expected = ["sqs:m1", `eventbridge:${eventId}`, `sns:${topicMessageId}`].map(named);
  expect(ids().sort()).toEqual(expected.sort());
  for (const job of services.jobs.all()) {
    expect(job).toMatchObject({ event: "create_order", input: { inline: { body: { sku: "A-1" } } } });
  }
  expect(services.rejections.rejected.map(({ detail }) => detail)).toMatchObject([
    { product_tag: "my-product", event: "shop:create_order", errors: [{ pointer: "/schedule/cron" }] },
  ]);
});

test.each(["", "12345678901234567"])("a message of any depth is rejected alone: %j", async (inner) => {
  const deep = `${"[".repeat(200_000)}${inner}${"]".repeat(200_000)}`;
  const bodies = [
    deep,
    `{"env":"prd","product_tag":"my-product","event":"create_order","start_at":0,"input":{"body":{"a":${deep}}}}`,
  ];
  const envelopes = bodies.flatMap((body) => [
    body,
    JSON.stringify(topicMessage(body)),
    JSON.stringify(busEvent({})).replace("{}", () => body),
  ]);
  const messages = [...envelopes.map((body, i) => message(`deep${i}`, body)), message("m1", order())];
  expect(await takeMessages(services, messages)).toEqual([]);
  expect(services.jobs.all()).toHaveLength(1);
  expect(services.rejections.rejected).toHaveLength(envelopes.length);
});

describe("a message that is delivered twice", () => {
  test("creates one job", async () => {
    await takeMessages(services, [message("m1", order())]);
    await takeMessages(services, [message("m1", order()), message("m1", order())]);
    expect(ids()).toEqual([named("sqs:m1")]);
    expect(services.rejections.rejected).toEqual([]);
  });

  test("asks for the same job an hour later", async () => {
    const body = order({ start_at: noon + 60_000, expires_at: noon + 120_000 });
    await takeMessages(services, [message("m1", body)]);
    const [job] = services.jobs.all();
    await services.clock.advance(3_600_000);
    expect(await takeMessages(services, [message("m1", body)])).toEqual([]);
    expect(services.rejections.rejected).toEqual([]);
    expect(services.jobs.all()).toMatchObject([{ id: job?.id, due_at: noon + 60_000 }]);
  });

  test("creates a job after its expiry, which the consumer cancels", async () => {
    await services.clock.advance(3_600_000);
    await takeMessages(services, [message("m1", order({ expires_at: noon + 60_000 }))]);
    expect(services.jobs.all()).toMatchObject([{ due_at: noon, expires_at: noon + 60_000 }]);
  });

  test("is dispatched by the second delivery if the first crashed", async () => {
    services.queue.sendMany = () => new Promise(() => {});
    void takeMessages(services, [message("m1", order())]);
    await services.clock.advance(1);
    expect(ids()).toEqual([named("sqs:m1")]);
    const { jobs } = services;
    services = { ...intakeServices(), jobs };
    expect(await takeMessages(services, [message("m1", order())])).toEqual([]);
    expect(services.queue.sent).toMatchObject([{ message: { job_id: named("sqs:m1") } }]);
    expect(ids()).toEqual([named("sqs:m1")]);
  });
});

describe("when AWS refuses to take", () => {
  test("some of a batch, those come again and leave nothing behind", async () => {
    const { sendMany } = services.queue;
    services.queue.sendMany = async (type, entries) => {
      const taken = await sendMany(type, entries.slice(0, 2));
      return [...taken, ...[2, 3].map((index) => ({ index, cause: throttled() }))];
    };
    const messages = ["m1", "m2", "m3", "m4"].map((id) => message(id, order()));
    const again = await takeMessages(services, messages);
    expect(again).toHaveLength(2);
    expect(ids().sort()).toEqual(
      messages
        .filter(({ id }) => !again.includes(id))
        .map(({ id }) => named(`sqs:${id}`))
        .sort(),
    );
    expect(services.rejections.rejected).toEqual([]);

    services.queue.sendMany = sendMany;
    const rest = messages.filter(({ id }) => again.includes(id));
    expect(await takeMessages(services, rest)).toEqual([]);
    expect(ids()).toHaveLength(4);
    expect(services.queue.sent).toHaveLength(4);
  });

  test("everything, all messages come again and none is rejected", async () => {
    services.jobs.create = down;
    expect(await takeMessages(services, [message("m1", order()), message("m2", order())])).toEqual(["m1", "m2"]);
    expect(services.rejections.rejected).toEqual([]);
  });

  test("one of a batch for good, that one is rejected with the reason", async () => {
    const { create } = services.jobs;
    const bad = named("sqs:bad");
    services.jobs.create = async (job) => (job.id === bad ? Promise.reject(refusedForGood("s3cret")) : create(job));
    const messages = ["m1", "bad", "m2"].map((id) => message(id, order()));
    expect(await takeMessages(services, messages)).toEqual([]);
    expect(ids().sort()).toEqual([named("sqs:m1"), named("sqs:m2")].sort());
    expect(services.rejections.rejected).toMatchObject([
      {
        detail: {
          code: "INVALID_REQUEST",
          message: expect.stringContaining("ValidationException"),
          message_id: "bad",
          product_tag: "my-product",
        },
      },
    ]);
    expect(JSON.stringify([services.rejections.rejected, services.log.lines])).not.toContain("s3cret");
  });

  test("one for a fault of ours, that one comes again until its queue gives up", async () => {
    const { create } = services.jobs;
    const bad = named("sqs:bad");
    services.jobs.create = async (job) => (job.id === bad ? Promise.reject(denied()) : create(job));
    const messages = ["m1", "bad", "m2"].map((id) => message(id, order()));
    expect(await takeMessages(services, messages)).toEqual(["bad"]);
    expect(ids().sort()).toEqual([named("sqs:m1"), named("sqs:m2")].sort());
    expect(services.rejections.rejected).toEqual([]);
  });

  test("a whole call, only that call's messages come again", async () => {
    services.queue.sendMany = down;
    services.rejections.reject = down;
    const messages = [message("job", order()), message("bad", "{"), message("upload", bucketNotification("imports/a"))];
    expect(await takeMessages(services, messages)).toEqual(["job", "bad"]);
    expect(services.imports.sent).toHaveLength(1);
  });

  test("a rejection, only its message comes again", async () => {
    services.rejections.refuses = ({ detail }) => detail.message_id === "bad";
    const messages = [message("good", order()), message("bad", "no JSON"), message("worse", "no JSON either")];
    expect(await takeMessages(services, messages)).toEqual(["bad"]);
    expect(services.rejections.rejected.map(({ detail }) => detail.message_id)).toEqual(["worse"]);
  });
});

describe("a bad message", () => {
  test("is rejected with its reason and tenant, apart from good ones", async () => {
    const bad = order({ event: "create_ordre" });
    const worse = order({ input: { bdy: "s3cret" }, retries: 99 });
    const messages = [message("m1", bad), message("m2", order()), message("m3", "{"), message("m4", worse)];
    expect(await takeMessages(services, messages)).toEqual([]);
    expect(ids()).toEqual([named("sqs:m2")]);
    const from = (message_id: string) => ({ source: "sqs", message_id });
    const tenant = { product_tag: "my-product", env: "prd" };
    expect(services.rejections.rejected).toEqual([
      {
        body: JSON.stringify(bad),
        detail: {
          code: "EVENT_NOT_FOUND",
          message: expect.any(String),
          errors: [{ pointer: "/event", detail: expect.stringMatching(/create_order/) }],
          ...from("m1"),
          ...tenant,
          event: "create_ordre",
        },
      },
      {
        body: "{",
        detail: {
          code: "INVALID_REQUEST",
          message: "The message contains no request.",
          errors: [{ pointer: "", detail: "is not JSON" }],
          ...from("m3"),
        },
      },
      {
        body: JSON.stringify(worse),
        detail: {
          code: "INVALID_REQUEST",
          message: expect.any(String),
          errors: [
            { pointer: "/retries", detail: expect.any(String) },
            { pointer: "/input/bdy", detail: expect.any(String) },
          ],
          ...from("m4"),
          ...tenant,
          event: "create_order",
        },
      },
    ]);
    expect(JSON.stringify(services.rejections.rejected.map(({ detail }) => detail))).not.toContain("s3cret");
    expect(JSON.stringify(services.log.lines)).not.toContain("s3cret");
  });

  test("that is an array is rejected", async () => {
    await takeMessages(services, [message("m1", [order(), order()])]);
    expect(services.rejections.rejected).toMatchObject([{ detail: { code: "INVALID_REQUEST" } }]);
    expect(ids()).toEqual([]);
  });

  test("that reuses an idempotency key is rejected with the key's job", async () => {
    await takeMessages(services, [message("m1", order({ idempotency_key: "k" }))]);
    await takeMessages(services, [message("m2", order({ idempotency_key: "k", input: { body: { item: "milk" } } }))]);
    expect(services.rejections.rejected).toMatchObject([
      { detail: { code: "IDEMPOTENCY_MISMATCH", job_id: named("k") } },
    ]);
  });

  test("with invalid tags is rejected without the tags", async () => {
    await takeMessages(services, [
      message("m1", order({ product_tag: "x".repeat(5000), env: { a: 1 }, event: "a b" })),
    ]);
    const [rejection] = services.rejections.rejected;
    expect(Object.keys(rejection?.detail ?? {}).sort()).toEqual(["code", "errors", "message", "message_id", "source"]);
  });

  test("with a thousand faults is rejected with the first 20", async () => {
    const input = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${"k".repeat(300)}${i}`, 1]));
    await takeMessages(services, [message("m1", order({ input: { body: {}, ...input } }))]);
    const errors = services.rejections.rejected[0]?.detail.errors ?? [];
    expect(errors).toHaveLength(20);
    expect(errors.every(({ pointer }) => pointer.length <= 200)).toBe(true);
  });
});

describe("a bucket notification", () => {
  test("starts an import per object in the imports queue", async () => {
    expect(await takeMessages(services, [message("m1", bucketNotification("imports/a.ndjson"))])).toEqual([]);
    expect(services.imports.sent).toMatchObject([{ cursor: { key: "imports/a.ndjson", offset: 0 }, delaySeconds: 0 }]);
  });

  test("is rejected if AWS refuses one of its imports for good", async () => {
    const { proceed } = services.imports;
    services.imports.proceed = async (cursor, delay) =>
      cursor.key === "imports/bad" ? Promise.reject(refusedForGood()) : proceed(cursor, delay);
    const [one, two] = ["imports/bad", "imports/good"].map((key) => bucketNotification(key).Records);
    expect(await takeMessages(services, [message("m1", { Records: [...(one ?? []), ...(two ?? [])] })])).toEqual([]);
    expect(services.imports.sent).toMatchObject([{ cursor: { key: "imports/good" } }]);
    expect(services.rejections.rejected).toMatchObject([{ detail: { code: "INVALID_REQUEST", message_id: "m1" } }]);
  });

  test("is redelivered if the import could not be started", async () => {
    services.imports.proceed = down;
    expect(
      await takeMessages(services, [message("m1", bucketNotification("imports/a")), message("m2", order())]),
    ).toEqual(["m1"]);
  });
});

describe("a bad message from a waiting task of Step Functions", () => {
  const task_token = "AQCgAAAAKgAAAAMAAAAA";
  const waiting = order({ input: { bdy: {} }, task_token });

  test("fails its task at once", async () => {
    expect(await takeMessages(services, [message("m1", waiting), message("m2", "{"), message("m3", order())])).toEqual(
      [],
    );
    expect(services.tasks.sent).toMatchObject([
      {
        message: {
          kind: "outcome",
          tokens: [task_token],
          outcome: { status: "failed", error: "InvalidRequest", cause: expect.stringContaining("/input/bdy") },
        },
        group: "my-product:prd",
      },
    ]);
    expect(services.rejections.rejected).toHaveLength(2);
    expect(JSON.stringify(services.rejections.rejected.map(({ detail }) => detail))).not.toContain(task_token);
    expect(JSON.stringify(services.log.lines)).not.toContain(task_token);
  });

  test("is rejected even if its task's queue refuses for good", async () => {
    services.tasks.sendMany = async (entries) => entries.map((_, index) => ({ index, cause: refusedForGood() }));
    expect(await takeMessages(services, [message("m1", waiting)])).toEqual([]);
    expect(services.rejections.rejected).toHaveLength(1);
    expect(services.log.lines.flatMap(({ measured }) => measured ?? [])).toEqual([{ values: { set_aside: 1 } }]);
  });

  test("comes again if its task could not be failed", async () => {
    services.tasks.sendMany = async (entries) => entries.map((_, index) => ({ index, cause: throttled() }));
    const messages = [message("m1", "{"), message("m2", waiting), message("m3", "{")];
    expect(await takeMessages(services, messages)).toEqual(["m2"]);
    expect(services.rejections.rejected.map(({ detail }) => detail.message_id)).toEqual(["m1", "m3"]);
  });
});

describe("a signal", () => {
  const signal = (more: object = {}) => ({
    product_tag: "my-product",
    env: "prd",
    signal: "paid",
    key: "A-1",
    ...more,
  });
  const address = { product: "my-product", env: "prd", signal: "paid", to: { key: "A-1" } };
  const kept = async () => {
    const seen: string[] = [];
    await services.signals.first(address, 0, ({ id }) => seen.push(id) < 0);
    return seen;
  };

  beforeEach(() =>
    services.signals.listen(address, { message: aMessage(), step: "main.money", until: Number.POSITIVE_INFINITY }),
  );

  test("from any service is kept under its message's id and wakes the runs that wait", async () => {
    const event = busEvent(signal(), { "detail-type": "send-signal" });
    const messages = [message("m1", signal()), message("m2", event), message("m3", signal({ id: "mine" }))];
    expect(await takeMessages(services, messages)).toEqual([]);
    expect((await kept()).sort()).toEqual(["sqs:m1", `eventbridge:${eventId}`, "mine"].sort());
    expect(services.queue.sent).toHaveLength(3);
    expect(services.jobs.all()).toEqual([]);
  });

  test("that no run could take is rejected alone", async () => {
    const messages = [message("m1", signal({ signal: "unknown" })), message("m2", signal())];
    expect(await takeMessages(services, messages)).toEqual([]);
    expect(services.rejections.rejected.map(({ detail }) => detail)).toMatchObject([
      { code: "INVALID_REQUEST", message_id: "m1", errors: [{ pointer: "/signal" }] },
    ]);
    expect(await kept()).toEqual(["sqs:m2"]);
  });

  test("to an address that is full is rejected alone, unless it is one that was accepted", async () => {
    const there = { id: "sqs:m2", at: 1 };
    services.signals.put = async () => ({ is: "full", until: 1_900_000_000_000 });
    services.signals.find = async (_address, id) => (id === there.id ? there : undefined);
    const messages = [message("m1", signal()), message("m2", signal()), message("m3", order())];
    expect(await takeMessages(services, messages)).toEqual([]);
    expect(services.rejections.rejected.map(({ detail }) => detail)).toMatchObject([
      { code: "STATE_CONFLICT", message_id: "m1", message: expect.stringContaining("2030-03-17T17:46:40.000Z") },
    ]);
    expect(services.jobs.all()).toHaveLength(1);
  });

  test("comes again while AWS refuses to keep it", async () => {
    services.signals.put = down;
    expect(await takeMessages(services, [message("m1", signal()), message("m2", order())])).toEqual(["m1"]);
    expect(services.jobs.all()).toHaveLength(1);
  });
});
