import { createHash } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "@jest/globals";
import { sqsTicks } from "../../../../lambdas/aws/sqs/ticks.ts";
import { TransientError } from "../../../../lambdas/core/kernel/errors.ts";
import { TickMessage } from "../../../../lambdas/core/limits/pump.ts";
import type { Tick } from "../../../../lambdas/core/ports/ticks.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { type Captured, stubHandler } from "../../../support/aws/stub-handler.ts";
import { noon } from "../../../support/builders.ts";

type Wire = { Id: string; MessageBody: string; DelaySeconds: number; MessageGroupId: string };
const entriesOf = ({ body }: Captured) => body.Entries as Wire[];
const digest = (text: string) => createHash("md5").update(text).digest("hex");

function aQueue(refuses: (entry: Wire) => boolean = () => false) {
  const requestHandler = stubHandler((request) => ({
    body: {
      Successful: entriesOf(request)
        .filter((entry) => !refuses(entry))
        .map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: digest(MessageBody) })),
      Failed: entriesOf(request)
        .filter(refuses)
        .map(({ Id }) => ({ Id, Code: "InternalError", SenderFault: false })),
    },
  }));
  const client = new SQSClient({ ...settings, requestHandler, maxAttempts: 1 });
  return { ticks: sqsTicks({ client, url: "https://sqs.us-east-1.amazonaws.com/000000000000/flow" }), requestHandler };
}

const aTick = (more: Partial<Tick> = {}): Tick => ({
  product: "shop",
  env: "prd",
  limit: "mailbox",
  key: "a#b😀\uffff",
  by: "note 1",
  visible: noon,
  ...more,
});

test.each([
  ["", {}],
  [", and that it only hands over slots", { hands_over: true as const }],
])("a tick names its gate, its note and its time%s, in the group of its tenant", async (_what, more) => {
  const { ticks, requestHandler } = aQueue();
  await ticks.send([aTick(more)], noon);
  const [sent] = requestHandler.requests.flatMap(entriesOf);
  expect(sent).toMatchObject({ DelaySeconds: 0, MessageGroupId: "shop:prd" });
  expect(TickMessage.parse(JSON.parse(sent?.MessageBody ?? ""))).toEqual({ v: 1, ...aTick(more) });
});

test.each([
  [-5000, 0],
  [999, 0],
  [1000, 1],
  [61_999, 61],
  [900_000, 900],
  [5_000_000, 900],
])("a tick that is due in %d ms is delayed by %d s", async (ahead, delay) => {
  const { ticks, requestHandler } = aQueue();
  await ticks.send([aTick({ visible: noon + ahead })], noon);
  expect(requestHandler.requests.flatMap(entriesOf).map(({ DelaySeconds }) => DelaySeconds)).toEqual([delay]);
});

test("ticks are sent in batches, and without any there is no request", async () => {
  const { ticks, requestHandler } = aQueue();
  await ticks.send([], noon);
  expect(requestHandler.requests).toEqual([]);
  await ticks.send(
    Array.from({ length: 13 }, (_, i) => aTick({ key: String(i) })),
    noon,
  );
  expect(requestHandler.requests.map((request) => entriesOf(request).length)).toEqual([10, 3]);
});

test("a tick that is refused twice is an error once the others are sent", async () => {
  const { ticks, requestHandler } = aQueue(({ Id }) => Id === "1");
  const sending = ticks.send([aTick(), aTick(), aTick()], noon);
  await expect(sending).rejects.toBeInstanceOf(TransientError);
  expect(requestHandler.requests.map((request) => entriesOf(request).length)).toEqual([3, 1]);
});

test("a tick of a later version is read, and one of another kind is not", () => {
  expect(TickMessage.parse({ v: 1, ...aTick(), more: true })).toEqual({ v: 1, ...aTick() });
  for (const changed of [{ v: 2 }, { by: undefined }, { visible: "noon" }, { key: 1 }])
    expect(TickMessage.safeParse({ v: 1, ...aTick(), ...changed }).success).toBe(false);
});
