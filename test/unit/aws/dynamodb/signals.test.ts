import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "@jest/globals";
import { addressOf, dynamoSignals } from "../../../../lambdas/aws/dynamodb/signals.ts";
import { type SignalAddress, signalNameFault } from "../../../../lambdas/core/job/signal.ts";
import { aMessage, noon } from "../../../support/builders.ts";

/** The keys of what is put. */
function keys() {
  const put: { PK: string; SK: string }[] = [];
  const client = {
    send: async ({ input }: { input: { Item?: Record<string, { S: string }> } }) => {
      const { PK, SK } = input.Item ?? {};
      if (PK && SK) put.push({ PK: PK.S, SK: SK.S });
      return {};
    },
  } as unknown as DynamoDBClient;
  return { put, signals: dynamoSignals({ client, table: "jobs" }) };
}

const to = (signal: string, key: string): SignalAddress => ({ product: "shop", env: "dev", signal, to: { key } });
const run = `job_${"0".repeat(32)}`;

describe("an address in the table", () => {
  it.each<[string, SignalAddress]>([
    ["a name and a key", to("paid", "A-1")],
    ["a key with all that separates parts", to("paid", "a#KEY#b#RUN#/\n\uffff#")],
    ["a key that is a mark", to("paid", "#KEY#")],
    ["a name with #", to("order#paid", "A-1")],
    ["a name that is a mark", to("KEY", "RUN")],
    ["a run", { product: "shop", env: "dev", signal: "order#paid", to: { job_id: run } }],
  ])("is read back as it was: %s", async (_what, address) => {
    const { put, signals } = keys();
    await signals.put(address, { id: "s", at: noon }, noon);
    expect(addressOf(put[0]?.PK ?? "")).toEqual(address);
  });

  it("is that of one signal only: names that could be those of another one with a longer key are none", () => {
    expect(["paid", "order#paid", "KEY", "a#b#c", "🧾", "a b"].flatMap((name) => signalNameFault(name) ?? [])).toEqual(
      [],
    );
    for (const name of ["", "a#KEY#b", "a#RUN#b", "a#KEY", "a#RUN", "\ud800", "x".repeat(65)])
      expect(signalNameFault(name)).toEqual(expect.any(String));
  });

  it("has keys that DynamoDB takes, also of a step whose name is as long as it may be", async () => {
    const { put, signals } = keys();
    const address = to("\uffff".repeat(64), "🧾".repeat(256));
    for (const step of ["单".repeat(900), "a".repeat(900), `${"单".repeat(899)}x`])
      await signals.listen(address, { message: aMessage(), step, until: noon });
    for (const { PK, SK } of put) {
      expect(Buffer.byteLength(PK)).toBeLessThanOrEqual(2048);
      expect(Buffer.byteLength(SK)).toBeLessThanOrEqual(1024);
    }
    expect(new Set(put.map(({ SK }) => SK)).size).toBe(3);
  });
});
