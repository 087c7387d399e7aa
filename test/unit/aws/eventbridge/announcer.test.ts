import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { eventBridgeAnnouncer } from "../../../../lambdas/aws/eventbridge/announcer.ts";
import { PermanentError } from "../../../../lambdas/core/kernel/errors.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { awsError, type StubAnswer, stubHandler } from "../../../support/aws/stub-handler.ts";
import { noon } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";

const event = { type: "webhook.disabled", time: noon, detail: { webhook: "orders" } };

function announcing(answer: (earlier: number) => StubAnswer) {
  const requestHandler = stubHandler((_request, earlier) => answer(earlier));
  const client = new EventBridgeClient({ ...settings, maxAttempts: 1, requestHandler: requestHandler as never });
  const clock = fakeClock();
  const announced = eventBridgeAnnouncer({ client, bus: "jobs", clock }).announce(event);
  return { announced, clock, requests: requestHandler.requests };
}

describe("an announcement", () => {
  it("is an event on the bus with our source", async () => {
    const { announced, requests } = announcing(() => ({ body: { Entries: [{ EventId: "1" }] } }));
    await announced;
    expect(requests.map(({ body }) => body.Entries)).toEqual([
      [
        {
          EventBusName: "jobs",
          Source: "ductape.jobs",
          DetailType: "webhook.disabled",
          Time: noon / 1000,
          Detail: '{"webhook":"orders"}',
        },
      ],
    ]);
  });

  it("is tried again when the bus refuses it", async () => {
    const { announced, clock, requests } = announcing((earlier) => ({
      body: { Entries: [earlier === 0 ? { ErrorCode: "InternalFailure" } : { EventId: "1" }] },
    }));
    await clock.advance(100);
    await announced;
    expect(requests).toHaveLength(2);
  });

  it.each([
    ["an entry", (): StubAnswer => ({ body: { Entries: [{ ErrorCode: "ThrottlingException" }] } })],
    ["the call", () => awsError("ThrottlingException")],
  ])("throws if the bus keeps refusing %s", async (_what, answer) => {
    const { announced, clock } = announcing(answer);
    const refused = expect(announced).rejects.toThrow("ThrottlingException");
    await clock.advance(2000);
    await refused;
  });

  it("throws a PermanentError at once if the bus refuses it permanently", async () => {
    const { announced, requests } = announcing(() => ({ body: { Entries: [{ ErrorCode: "InvalidArgument" }] } }));
    const error = await announced.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "InvalidArgument" });
    expect(requests).toHaveLength(1);
  });
});
