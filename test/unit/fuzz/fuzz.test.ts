import type { SQSEvent } from "aws-lambda";
import * as z from "zod";
import { authorize } from "../../../lambdas/authorizer/authorize.ts";
import { queueHandler } from "../../../lambdas/aws/lambda/queue-handler.ts";
import { newApiKey } from "../../../lambdas/core/access/api-key.ts";
import type { Scopes } from "../../../lambdas/core/access/scopes.ts";
import { JobMessage } from "../../../lambdas/core/job/job.ts";
import { RequestError } from "../../../lambdas/core/kernel/request-error.ts";
import { decodeCursor, encodeCursor } from "../../../lambdas/core/queries/cursor.ts";
import { fuzz } from "../../fuzz/fuzz.ts";
import { damaged, mutated, oddStrings, oddValue } from "../../fuzz/values.ts";
import { seeded } from "../../simulation/random.ts";
import { aMessage, noon } from "../../support/builders.ts";
import { fakeApiKeys } from "../../support/fakes/api-keys.ts";
import { fakeClock } from "../../support/fakes/clock.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const random = seeded(2030);
const times = (count: number) => Array.from({ length: count });

/** A sample of what `npm run fuzz` does at length. */
it("the API answers 1,500 generated requests as documented, and never 5xx", async () => {
  const { found, statuses } = await fuzz(1500, 1);
  expect(found).toEqual([]);
  // A fuzzer that gets nowhere finds nothing.
  for (const status of [200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 413, 415]) {
    expect([status, statuses[status] ?? 0]).toEqual([status, expect.any(Number)]);
    expect(statuses[status] ?? 0).toBeGreaterThan(0);
  }
}, 60_000);

it("a consumer reports every invalid message and handles the valid ones", async () => {
  const services = fakeServices();
  const handled: string[] = [];
  const handler = queueHandler(
    () => ({ ...services, redelivery: { soon: async () => {} } }),
    JobMessage,
    async (_, message) => {
      handled.push(message.job_id);
    },
  );
  for (const _ of times(500)) {
    const message = aMessage();
    const bodies = [
      JSON.stringify(mutated(random, { ...message })),
      damaged(random, JSON.stringify(message)),
      JSON.stringify(oddValue(random)),
      JSON.stringify(message),
    ];
    const Records = bodies.map((body, i) => ({
      messageId: String(i),
      body,
      receiptHandle: "r",
      eventSource: "aws:sqs",
    }));
    const { batchItemFailures } = await handler({ Records } as unknown as SQSEvent, {} as never);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    expect(failed.has("3")).toBe(false);
    for (const [i, body] of bodies.entries()) expect([body, failed.has(String(i))]).toEqual([body, !isMessage(body)]);
  }
  expect(handled.length).toBeGreaterThanOrEqual(500);
});

function isMessage(body: string): boolean {
  try {
    return JobMessage.safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
}

it("the authorizer accepts no header but a key's", async () => {
  const deployed = "dk_0123456789abcdef0123456789abcdef";
  const scopes: Scopes = { products: ["shop"], envs: ["dev"], verbs: ["jobs:read"] };
  const { key: made, record } = newApiKey({ name: "ci", scopes, created_at: noon });
  const services = {
    keys: fakeApiKeys(record),
    deployedKey: async () => deployed,
    clock: fakeClock(),
    log: fakeLog(),
  };
  const isLetIn = async (header?: string) => (await authorize(services, header)) !== undefined;
  for (const key of [deployed, made]) {
    const near = [key.slice(1), `${key}x`, key.toUpperCase(), ` ${key}`, `${key}\0`, ...oddStrings];
    for (const text of near) {
      for (const header of [text, `Bearer ${text}`, `Basic ${text}`, `Bearer Bearer ${text}`]) {
        expect([header, await isLetIn(header)]).toEqual([header, false]);
      }
    }
    for (const _ of times(2000)) {
      const header = damaged(random, `Bearer ${key}`);
      if (!/^Bearer /i.test(header) || header.slice(7) !== key)
        expect([header, await isLetIn(header)]).toEqual([header, false]);
    }
    expect(await isLetIn(`bearer ${key}`)).toBe(true);
  }
  expect(await isLetIn()).toBe(false);
});

it("a damaged cursor is refused with its pointer, or is unchanged", () => {
  const Position = z.strictObject({ time: z.int().min(0), id: z.string() });
  const list = { order: "desc" };
  for (const _ of times(3000)) {
    const position = { time: random.int(0, 2 ** 31), id: `job_${random.int(0, 9)}` };
    const cursor = encodeCursor(position, list);
    const at = random.int(0, cursor.length - 1);
    const changed = random.pick([
      damaged(random, cursor),
      cursor.slice(0, at) + random.pick(["A", "_", "=", "é", " "]) + cursor.slice(at + 1),
      encodeCursor(mutated(random, position), list),
      encodeCursor(position, { order: "asc" }),
      random.pick(oddStrings),
    ]);
    try {
      const read = decodeCursor(Position, changed, list);
      expect(Position.safeParse(read).success).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(RequestError);
      expect((error as RequestError).faults).toMatchObject([{ pointer: "/query/cursor" }]);
    }
  }
});
