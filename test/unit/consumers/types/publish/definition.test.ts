import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../../lambdas/core/catalog/job-type.ts";
import { parameter, secret } from "../../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../../lambdas/core/check/check-catalog.ts";
import { RequestError } from "../../../../../lambdas/core/kernel/request-error.ts";
import { parseRequest } from "../../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../../support/builders.ts";

const queue = (name: string) => ({ queue: `arn:aws:sqs:us-east-1:123456789012:${name}` });
const places = {
  sqs: { provider: "sqs", topics: { t: queue("orders") } },
  fifo: { provider: "sqs", topics: { t: queue("orders.fifo") } },
  sns: { provider: "sns", topics: { t: { arn: "arn:aws:sns:us-east-1:123456789012:orders" } } },
  raised: {
    provider: "sns",
    topics: { t: { arn: "arn:aws:sns:us-east-1:123456789012:o.fifo", max_bytes: 1_048_576 } },
  },
  eventbridge: { provider: "eventbridge", bus: "default", source: "shop", topics: { t: {} } },
  kafka: { provider: "kafka", brokers: ["kafka:9092"], topics: { t: {} } },
  rabbitmq: { provider: "rabbitmq", url: secret("mq"), topics: { t: { exchange: "orders" } } },
  routed: { provider: "rabbitmq", url: secret("mq"), topics: { t: { exchange: "", routing_key: "orders" } } },
} as const;

const productOf = (place: object, topic = "t"): Product => ({
  tag: "shop",
  envs: ["prd"],
  jobs: { send: { type: "publish", broker: "b", topic } },
  brokers: { b: { envs: { prd: place } } },
});

/** The pointers of a request's faults, and what they say. */
function refused(place: keyof typeof places, input: object): Record<string, string> {
  try {
    parseRequest(
      { product_tag: "shop", env: "prd", event: "b:t", input, start_at: 0 },
      makeCatalog([productOf(places[place])], registry),
      noon,
    );
    return {};
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return Object.fromEntries(error.faults.map(({ pointer, detail }) => [pointer, detail]));
  }
}

const pointers = (place: keyof typeof places, input: object) => Object.keys(refused(place, input));
const headers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, "v"]));

test.each(Object.keys(places) as (keyof typeof places)[])("%s is a valid broker and takes an object", (name) => {
  expect(checkCatalog([productOf(places[name])], registry)).toEqual([]);
  const needsKey = name === "fifo" || name === "raised";
  expect(refused(name, { message: { a: "😀 \uffff" }, ...(needsKey && { key: "k" }) })).toEqual({});
});

describe("a publish job's input is refused where", () => {
  test.each<[what: string, place: keyof typeof places, input: object, at: string[]]>([
    ["there is no message", "kafka", {}, ["/input/message"]],
    ["a FIFO queue has no group", "fifo", { message: 1 }, ["/input/key"]],
    ["a FIFO topic has no group", "raised", { message: 1 }, ["/input/key"]],
    ["a group has a space", "sqs", { message: 1, key: "a b" }, ["/input/key"]],
    ["a group is too long", "sns", { message: 1, key: "k".repeat(129) }, ["/input/key"]],
    ["a key is too long", "kafka", { message: 1, key: "k".repeat(256) }, ["/input/key"]],
    ["a key has no use", "routed", { message: 1, key: "k" }, ["/input/key"]],
    ["SQS has ten headers", "sqs", { message: 1, headers: headers(10) }, ["/input/headers"]],
    ["there are 101 headers", "kafka", { message: 1, headers: headers(101) }, ["/input/headers"]],
    ["a header is empty", "sns", { message: 1, headers: { a: "" } }, ["/input/headers/a"]],
    ["a header has U+FFFF", "sqs", { message: 1, headers: { a: "\uffff" } }, ["/input/headers/a"]],
    ["a text has U+FFFF", "sqs", { message: "a\uffff" }, ["/input/message"]],
    ["a text has a control character", "sns", { message: "a\u0000" }, ["/input/message"]],
    ["a text is empty", "sqs", { message: "" }, ["/input/message"]],
    [
      "a header is ours",
      "kafka",
      { message: 1, headers: { "IDEMPOTENCY-key": "a" } },
      ["/input/headers/IDEMPOTENCY-key"],
    ],
    ["a header sends copies", "rabbitmq", { message: 1, headers: { CC: "a" } }, ["/input/headers/CC"]],
    ["a header is AWS's", "sqs", { message: 1, headers: { "Amazon.a": "a" } }, ["/input/headers/Amazon.a"]],
    ["a header has two dots", "sqs", { message: 1, headers: { "a..b": "a" } }, ["/input/headers/a..b"]],
    ["an event is a list", "eventbridge", { message: [1] }, ["/input/message"]],
    ["an event is null", "eventbridge", { message: null }, ["/input/message"]],
    ["an event has our field", "eventbridge", { message: { _meta: 1 } }, ["/input/message/_meta"]],
  ])("%s", (_what, place, input, at) => {
    expect(pointers(place, input)).toEqual(at);
  });

  const sized = (bytes: number) => ({ message: "x".repeat(bytes) });
  test.each<[place: keyof typeof places, most: number, input: (bytes: number) => object]>([
    ["sqs", 1_048_576, sized],
    ["sns", 262_144, sized],
    ["raised", 1_048_576, (bytes) => ({ ...sized(bytes - 1), key: "k" })],
    ["kafka", 1_048_576, sized],
    // With the name of the topic and of the source, and the JSON around the text.
    ["eventbridge", 1_048_576, (bytes) => ({ message: { a: "x".repeat(bytes - 44) } })],
  ])("%s would get more than %d bytes, of which 128 are ours", (place, most, input) => {
    expect(refused(place, input(most - 128))).toEqual({});
    const { "/input/message": detail, ...others } = refused(place, input(most - 127));
    expect(others).toEqual({});
    expect(detail).toContain(`at most ${most}`);
  });

  test("a message has too many bytes, whatever its characters", () => {
    expect(pointers("sns", { message: "é".repeat(131_072) })).toEqual(["/input/message"]);
    expect(refused("rabbitmq", { message: "x".repeat(4_000_000) })).toEqual({});
  });
});

describe("a catalog is refused where", () => {
  const { topics: _, ...rabbit } = places.rabbitmq;
  const kafka = { provider: "kafka", topics: { t: {} } };
  const plain = { mechanism: "plain", username: "u", password: secret("p") };
  test.each<[what: string, place: object, at: string]>([
    ["a queue is a name", { provider: "sqs", topics: { t: { queue: "orders" } } }, "/topics/t/queue"],
    ["a queue is a reference", { provider: "sqs", topics: { t: { queue: parameter("/q") } } }, "/topics/t/queue"],
    [
      "a queue is on another host",
      { provider: "sqs", topics: { t: { queue: "https://sqs.us-east-1.amazonaws.com.evil.example/123456789012/q" } } },
      "/topics/t/queue",
    ],
    ["a topic is a queue", { provider: "sns", topics: { t: { arn: queue("q").queue } } }, "/topics/t/arn"],
    ["a source is AWS's", { ...places.eventbridge, source: "aws.s3" }, "/source"],
    ["a source is ours", { ...places.eventbridge, source: "ductape.jobs" }, "/source"],
    ["a broker has no port", { ...kafka, brokers: ["kafka"] }, "/brokers/0"],
    ["a password is in the clear", { ...kafka, brokers: ["kafka:9092"], tls: false, sasl: plain }, "/tls"],
    [
      "a password is written out",
      { ...kafka, brokers: ["kafka:9092"], sasl: { ...plain, password: "hunter2" } },
      "/sasl/password",
    ],
    ["the URL is written out", { ...places.rabbitmq, url: "amqp://a:b@c" }, "/url"],
    ["requests could choose any queue", { ...rabbit, topics: { t: { exchange: "" } } }, "/topics/t/routing_key"],
  ])("%s", (_what, place, at) => {
    const faults = checkCatalog([productOf(place)], registry);
    expect(faults.map(({ pointer }) => pointer)).toEqual([`/shop/brokers/b/envs/prd${at}`]);
    expect(JSON.stringify(faults)).not.toContain("hunter2");
  });

  test("an event names a topic that does not exist, or a broker", () => {
    expect(
      checkCatalog([productOf({ ...places.sqs, topics: { placed: places.sqs.topics.t } }, "plased")], registry),
    ).toEqual([{ pointer: "/shop/jobs/send/topic", detail: 'broker b has no such topic. Did you mean "placed"?' }]);
    const product = { ...productOf(places.sqs), brokers: {} };
    expect(checkCatalog([product], registry).map(({ pointer }) => pointer)).toEqual(["/shop/jobs/send/broker"]);
  });

  test("an env lacks a topic that another env has", () => {
    const product = productOf(places.sqs);
    const two = {
      ...product,
      envs: ["prd", "dev"],
      brokers: { b: { envs: { prd: places.sqs, dev: { ...places.sqs, topics: {} } } } },
    };
    expect(checkCatalog([two], registry)).toEqual([
      {
        pointer: "/shop/brokers/b/envs/dev/topics/t",
        detail: "is missing: another env of this broker has a topic of this name.",
      },
    ]);
  });

  test("a password is in the clear, except on this machine", () => {
    const place = { ...kafka, brokers: ["127.0.0.1:9092"], tls: false, sasl: plain };
    expect(checkCatalog([productOf(place)], registry)).toEqual([]);
  });
});
