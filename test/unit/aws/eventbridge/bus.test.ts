import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { eventBridgeBus } from "../../../../lambdas/aws/eventbridge/bus.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { awsError, type Captured, type StubAnswer, stubHandler } from "../../../support/aws/stub-handler.ts";
import { aJob, anEvent, noon } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";

interface Entry {
  Detail: string;
}
const entriesOf = ({ body }: Captured) => body.Entries as Entry[];
const taking = (request: Captured): StubAnswer => ({
  body: { Entries: entriesOf(request).map(() => ({ EventId: "1" })) },
});

function busOn(answer: (request: Captured, earlier: number) => StubAnswer) {
  const requestHandler = stubHandler(answer);
  const client = new EventBridgeClient({ ...settings, maxAttempts: 1, requestHandler: requestHandler as never });
  const clock = fakeClock();
  return { clock, requests: requestHandler.requests, bus: eventBridgeBus({ client, bus: "jobs", clock }) };
}
const events = (count: number) => Array.from({ length: count }, () => anEvent());

describe("PutEvents", () => {
  it("names the bus, the source, the transition and its time", async () => {
    const { bus, requests } = busOn(taking);
    const event = anEvent("retrying", aJob({ labels: ["a"] }));
    await bus.publish([event]);
    expect(requests[0]?.body.Entries).toEqual([
      {
        EventBusName: "jobs",
        Source: "ductape.jobs",
        DetailType: "job.retrying",
        Time: noon / 1000,
        Detail: JSON.stringify(event.detail),
      },
    ]);
  });

  it("escapes every character that a queue behind a rule would refuse", async () => {
    const { bus, requests } = busOn(taking);
    const { detail, ...rest } = anEvent();
    const event = { ...rest, detail: { ...detail, labels: ["\uffff\u0000\ud800"] } };
    await bus.publish([event]);
    const [{ Detail } = { Detail: "" }] = requests.flatMap(entriesOf);
    expect(Detail).toContain('["\\uffff\\u0000\\ud800"]');
    expect(JSON.parse(Detail)).toEqual(event.detail);
  });

  it("sends ten entries at a time", async () => {
    const { bus, requests } = busOn(taking);
    expect(await bus.publish(events(23))).toEqual([]);
    expect(requests.map((request) => entriesOf(request).length)).toEqual([10, 10, 3]);
  });

  it("is repeated only for the entries that were refused", async () => {
    const { bus, requests, clock } = busOn((request, earlier) => ({
      body: {
        Entries: entriesOf(request).map((_, i) => (earlier === 0 && i === 1 ? { ErrorCode: "InternalFailure" } : {})),
      },
    }));
    const three = events(3);
    const publishing = bus.publish(three);
    await clock.advance(100);
    expect(await publishing).toEqual([]);
    expect(requests.map(entriesOf)).toEqual([
      expect.anything(),
      [expect.objectContaining({ Detail: JSON.stringify(three[1]?.detail) })],
    ]);
  });

  it.each([
    ["refuses an entry", (): StubAnswer => ({ body: { Entries: [{ ErrorCode: "ThrottlingException" }] } })],
    ["refuses the call", () => awsError("ThrottlingException")],
  ])("gives up within two seconds if the bus %s", async (_what, answer) => {
    const { bus, clock, requests } = busOn(answer);
    const publishing = bus.publish(events(1));
    await clock.advance(2000);
    expect(await publishing).toEqual([{ index: 0, code: "ThrottlingException" }]);
    expect(requests).toHaveLength(4);
  });

  it("is not repeated for a permanently refused entry, and goes on with later ones", async () => {
    const job = aJob();
    const first = anEvent("scheduled", { ...job, status: "scheduled" });
    const three = [first, anEvent("started", job), anEvent()];
    const { bus, requests } = busOn((request) => ({
      body: {
        Entries: entriesOf(request).map(({ Detail }) =>
          Detail === JSON.stringify(first.detail) ? { ErrorCode: "MalformedDetail" } : { EventId: "1" },
        ),
      },
    }));
    expect(await bus.publish(three)).toEqual([{ index: 0, code: "MalformedDetail", permanent: true }]);
    expect(requests.map((request) => entriesOf(request).length)).toEqual([2, 1]);
  });

  it("is repeated entry by entry if one of them has the whole call refused", async () => {
    const ten = events(10);
    const { bus } = busOn((request) =>
      entriesOf(request).some(({ Detail }) => Detail === JSON.stringify(ten[4]?.detail))
        ? awsError("ValidationException")
        : taking(request),
    );
    expect(await bus.publish(ten)).toEqual([{ index: 4, code: "ValidationException", permanent: true }]);
  });
});
