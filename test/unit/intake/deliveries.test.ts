import { type Delivery, unwrap, unwrapText } from "../../../lambdas/intake/deliveries.ts";
import {
  bucketNotification,
  busEvent,
  eventId,
  givenUp,
  invocationId,
  testNotification,
  topicMessage,
  topicMessageId,
} from "../../support/intake/envelopes.ts";
import { order, payloads } from "../../support/intake/services.ts";

const sender = { source: "sqs", id: "message-1" } as const;
const read = (content: unknown): Delivery => unwrapText(JSON.stringify(content), sender, payloads);
const text = JSON.stringify(order());

describe("a request", () => {
  test.each([
    ["as it is, in the name of the message", order(), sender],
    ["in an event of the bus", busEvent(order()), { source: "eventbridge", id: eventId }],
    ["in a message of a topic", topicMessage(text), { source: "sns", id: topicMessageId }],
    ["in an invocation that Lambda gave up", givenUp(order()), { source: "lambda", id: invocationId }],
    [
      "in an event that a topic brought",
      topicMessage(JSON.stringify(busEvent(order()))),
      { source: "eventbridge", id: eventId },
    ],
    ["in an event that was an invocation", givenUp(busEvent(order())), { source: "eventbridge", id: eventId }],
  ])("%s", (_, content, from) => {
    expect(read(content)).toEqual({ kind: "request", request: order(), sender: from });
  });

  test("is anything that is no envelope: what is wrong with it is for the schema to say", () => {
    for (const content of [[], [order()], null, 7, {}, { Records: [] }, { id: "x", source: "y" }]) {
      expect(read(content)).toEqual({ kind: "request", request: content, sender });
    }
  });
});

describe("what cannot be read", () => {
  const faultsOf = (delivery: Delivery) => delivery.kind === "unreadable" && delivery.error.faults;

  test("a text that is not JSON, as it is or in a topic's message", () => {
    expect(unwrapText("{", sender, payloads)).toMatchObject({ kind: "unreadable", sender });
    const inTopic = read(topicMessage("no JSON"));
    expect(inTopic).toMatchObject({ kind: "unreadable", sender: { source: "sns", id: topicMessageId } });
    expect(faultsOf(inTopic)).toEqual([{ pointer: "", detail: "is not JSON" }]);
  });

  test("an event of another detail-type", () => {
    const delivery = read(busEvent(order(), { "detail-type": "order-placed" }));
    expect(delivery).toMatchObject({ kind: "unreadable", sender: { source: "eventbridge", id: eventId } });
    expect(faultsOf(delivery)).toEqual([
      { pointer: "/detail-type", detail: '"schedule-job" is the one that asks for a job' },
    ]);
  });

  test("envelopes without an end", () => {
    const endless = Array.from({ length: 10 }).reduce<unknown>((inner) => busEvent(inner), order());
    expect(read(endless)).toMatchObject({ kind: "unreadable" });
  });
});

describe("news of the payload bucket", () => {
  const placesIn = (delivery: Delivery) => delivery.kind === "objects" && delivery.places;

  test("is an import that begins", () => {
    const news = bucketNotification("imports/2030/orders+%26+%C3%A9.ndjson", { size: 123, eTag: "abc" });
    expect(placesIn(read(news))).toEqual([
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
    ["S3's test of a new notification", testNotification],
    ["another bucket", bucketNotification("imports/a", { bucket: "another" })],
    ["another folder: an input, or a report of ours", bucketNotification("import-reports/a")],
    ["a deletion", bucketNotification("imports/a", { eventName: "ObjectRemoved:Delete" })],
    ["a folder that the console made", bucketNotification("imports/2030/", { size: 0 })],
    ["a key that is none", bucketNotification("imports/%E0%A4%A")],
  ])("is nothing to import: %s", (_, content) => {
    expect(placesIn(read(content))).toEqual([]);
  });

  test("may come by a topic too", () => {
    const byTopic = read(topicMessage(JSON.stringify(bucketNotification("imports/a"))));
    expect(placesIn(byTopic)).toMatchObject([{ key: "imports/a" }]);
  });
});

test("what the function is invoked with may be in an envelope as well", () => {
  const call = { source: "lambda", id: "request-1" } as const;
  expect(unwrap(order(), call, payloads)).toMatchObject({ kind: "request", sender: call });
  expect(unwrap(busEvent(order()), call, payloads)).toMatchObject({ sender: { source: "eventbridge", id: eventId } });
});
