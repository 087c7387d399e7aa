import { type IntakeDelivery, unwrap, unwrapJson } from "../../../lambdas/intake/deliveries.ts";
import {
  bucketNotification,
  busEvent,
  eventId,
  failedInvocation,
  invocationId,
  testNotification,
  topicMessage,
  topicMessageId,
} from "../../support/intake/envelopes.ts";
import { order, payloads } from "../../support/intake/services.ts";

const sender = { source: "sqs", id: "message-1" } as const;
const read = (content: unknown): IntakeDelivery => unwrapJson(JSON.stringify(content), sender, payloads);
const text = JSON.stringify(order());

describe("a request to the intake is read", () => {
  test.each([
    ["without an envelope, from the sender of the message", order(), sender],
    ["in an event", busEvent(order()), { source: "eventbridge", id: eventId }],
    ["in a message from a topic", topicMessage(text), { source: "sns", id: topicMessageId }],
    ["in a failed asynchronous invocation", failedInvocation(order()), { source: "lambda", id: invocationId }],
    [
      "in an event that came through a topic",
      topicMessage(JSON.stringify(busEvent(order()))),
      { source: "eventbridge", id: eventId },
    ],
    ["in an event in a failed invocation", failedInvocation(busEvent(order())), { source: "eventbridge", id: eventId }],
  ])("%s", (_, content, from) => {
    expect(read(content)).toEqual({ kind: "request", request: order(), sender: from });
  });

  test("with the trace of the message's attributes, or with that of the topic's", () => {
    const [outer, inner] = ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-a-b-01"];
    const of = { ...sender, carrier: { traceparent: outer } };
    const carrierIn = (content: unknown) => {
      const delivery = unwrapJson(JSON.stringify(content), of, payloads);
      return "sender" in delivery && delivery.sender.carrier;
    };
    for (const content of [order(), busEvent(order()), topicMessage(text)]) {
      expect(carrierIn(content)).toEqual({ traceparent: outer });
    }
    const attributes = { traceparent: { Type: "String", Value: inner }, tracestate: { Type: "String", Value: "a=1" } };
    expect(carrierIn({ ...topicMessage(text), MessageAttributes: attributes })).toEqual({
      traceparent: inner,
      tracestate: "a=1",
    });
    // No attribute of others may make a message unreadable.
    expect(carrierIn({ ...topicMessage(text), MessageAttributes: 7 })).toEqual({ traceparent: outer });
  });

  test("with a byte order mark in front", () => {
    const marked = `\ufeff${text}`;
    expect(unwrapJson(marked, sender, payloads)).toEqual({ kind: "request", request: order(), sender });
    expect(read(topicMessage(marked))).toMatchObject({ kind: "request", request: order() });
    expect(unwrapJson(`\ufeff${marked}`, sender, payloads)).toMatchObject({ kind: "unreadable" });
  });

  test("if it is no envelope, so that the schema reports its faults", () => {
    for (const content of [[], [order()], null, 7, {}, { Records: [] }, { id: "x", source: "y" }]) {
      expect(read(content)).toEqual({ kind: "request", request: content, sender });
    }
  });
});

describe("an unreadable request to the intake is", () => {
  const faultsOf = (delivery: IntakeDelivery) => delivery.kind === "unreadable" && delivery.error.faults;

  test("a string that is not JSON, by itself or in a topic's message", () => {
    expect(unwrapJson("{", sender, payloads)).toMatchObject({ kind: "unreadable", sender });
    const inTopic = read(topicMessage("no JSON"));
    expect(inTopic).toMatchObject({ kind: "unreadable", sender: { source: "sns", id: topicMessageId } });
    expect(faultsOf(inTopic)).toEqual([{ pointer: "", detail: "is not JSON" }]);
  });

  test.each(['{"__proto__": {"env": "prd"}}', '{"input": {"constructor": {"prototype": {}}}}'])("%s", (forbidden) => {
    const detail = "has a field named __proto__, or constructor with a prototype";
    for (const delivery of [unwrapJson(forbidden, sender, payloads), read(topicMessage(forbidden))]) {
      expect(faultsOf(delivery)).toEqual([{ pointer: "", detail }]);
    }
  });

  test("an event of another detail-type", () => {
    const delivery = read(busEvent(order(), { "detail-type": "order-placed" }));
    expect(delivery).toMatchObject({ kind: "unreadable", sender: { source: "eventbridge", id: eventId } });
    expect(faultsOf(delivery)).toEqual([
      { pointer: "/detail-type", detail: 'must be "schedule-job" or "send-signal"' },
    ]);
  });

  test("too many nested envelopes", () => {
    const endless = Array.from({ length: 10 }).reduce<unknown>((inner) => busEvent(inner), order());
    expect(read(endless)).toMatchObject({ kind: "unreadable" });
  });
});

describe("a notification of the payload bucket", () => {
  const importsIn = (delivery: IntakeDelivery) => delivery.kind === "objects" && delivery.imports;

  test("starts an import at the beginning of its object", () => {
    const notification = bucketNotification("imports/2030/orders+%26+%C3%A9.ndjson", { size: 123, eTag: "abc" });
    expect(importsIn(read(notification))).toEqual([
      {
        v: 1,
        key: "imports/2030/orders & é.ndjson",
        etag: "abc",
        size: 123,
        put_at: Date.parse("2030-01-01T12:00:00.123Z"),
        offset: 0,
        lines: 0,
        parts: 0,
        scheduled: 0,
        rejected: 0,
      },
    ]);
  });

  test.each([
    ["S3's test message", testNotification],
    ["another bucket", bucketNotification("imports/a", { bucket: "another" })],
    ["another folder: an input, or a report of ours", bucketNotification("import-reports/a")],
    ["a deletion", bucketNotification("imports/a", { eventName: "ObjectRemoved:Delete" })],
    ["a folder that the console made", bucketNotification("imports/2030/", { size: 0 })],
    ["a key that cannot be decoded", bucketNotification("imports/%E0%A4%A")],
  ])("starts no import: %s", (_, content) => {
    expect(importsIn(read(content))).toEqual([]);
  });

  test("may come through a topic", () => {
    const byTopic = read(topicMessage(JSON.stringify(bucketNotification("imports/a"))));
    expect(importsIn(byTopic)).toMatchObject([{ key: "imports/a" }]);
  });
});

test("the payload of a direct invocation may be in an envelope", () => {
  const call = { source: "lambda", id: "request-1" } as const;
  expect(unwrap(order(), call, payloads)).toMatchObject({ kind: "request", sender: call });
  expect(unwrap(busEvent(order()), call, payloads)).toMatchObject({ sender: { source: "eventbridge", id: eventId } });
});
