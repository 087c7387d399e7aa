import type { Server } from "node:http";
import { createRequire } from "node:module";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { closeDynamo } from "../../../../lambdas/consumers/types/database_action/engines/dynamodb.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { listening, stopping } from "../../../support/aws/server.ts";
import { type Asked, failureOf, runAction } from "../../../support/databases/run-action.ts";
import { startSilentServer } from "../../../support/databases/silent-server.ts";

// CommonJS, and ships no types.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: { createTableMs: number }) => Server;
const server = dynalite({ createTableMs: 0 });
let endpoint: string;
const environment = { ...process.env };

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = settings.credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = settings.credentials.secretAccessKey;
  endpoint = await listening(server);
  const client = new DynamoDBClient({ ...settings, endpoint });
  await client.send(
    new CreateTableCommand({
      TableName: "orders",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "customer", AttributeType: "S" },
        { AttributeName: "number", AttributeType: "N" },
      ],
      KeySchema: [
        { AttributeName: "customer", KeyType: "HASH" },
        { AttributeName: "number", KeyType: "RANGE" },
      ],
    }),
  );
  client.destroy();
});
afterAll(async () => {
  closeDynamo();
  process.env = environment;
  await stopping(server);
});

const run = (action: object, data = {}, more: Partial<Asked> = {}) =>
  runAction({
    engine: "dynamodb",
    settings: { region: "us-east-1", endpoint },
    action: { table: "orders", ...action },
    data,
    ...more,
  });
const put = {
  operation: "put",
  item: {
    customer: "{{customer}}",
    number: "{{number:integer}}",
    status: "open",
    extra: "{{extra?:object}}",
    due: "{{due?:date}}",
  },
};
const key = { customer: "{{filter.customer}}", number: "{{filter.number:integer}}" };

describe("a DynamoDB action", () => {
  it("puts, gets, updates and deletes an item", async () => {
    const data = {
      customer: "Ann",
      number: 1,
      extra: { a: [1.5, "'", null, true], $b: { "c.d": "" } },
      due: "2030-01-01T00:00+02:00",
    };
    const item = { ...data, status: "open", due: "2029-12-31T22:00:00.000Z" };
    const filter = { customer: "Ann", number: 1 };
    expect(await run(put, data)).toEqual({ replaced: null });
    expect(await run(put, data)).toEqual({ replaced: item });
    expect(await run({ operation: "get", key, consistent: true }, {}, { filter })).toEqual({ item });
    const update = {
      operation: "update",
      key,
      update: "SET #s = '{{status}}' REMOVE extra, due",
      names: { "#s": "status" },
    };
    expect(await run(update, { status: "paid" }, { filter })).toEqual({ item: { ...filter, status: "paid" } });
    const guarded = { operation: "delete", key, condition: "#s = {{status}}", names: { "#s": "status" } };
    expect(await failureOf(run(guarded, { status: "open" }, { filter }))).toMatchObject({
      code: "VALIDATION_ERROR",
      retryable: false,
    });
    expect(await run(guarded, { status: "paid" }, { filter })).toEqual({ deleted: { ...filter, status: "paid" } });
    expect(await run({ operation: "get", key }, {}, { filter })).toEqual({ item: null });
  });

  it("keeps large numbers, and reports those that are too large", async () => {
    const item = { customer: "Ann", number: 1, amount: "{{amount:float}}", more: "{{more:object}}" };
    const key = { customer: "Ann", number: 1 };
    await run({ operation: "put", item }, { amount: 1e20, more: { n: 1.5e18 } });
    expect(await run({ operation: "get", key })).toMatchObject({
      item: { amount: "100000000000000000000", more: { n: "1500000000000000000" } },
    });
    const update = { operation: "update", key, update: "SET amount = {{amount:float}}" };
    expect(await run(update, { amount: 1e21 })).toMatchObject({ item: { amount: "1000000000000000000000" } });
    const failed = await failureOf(run(update, { amount: 1e300 }));
    expect(failed).toMatchObject({ code: "VALIDATION_ERROR", retryable: false });
  });

  it("queries and counts through all pages, and truncates too large a result", async () => {
    for (let number = 1; number <= 30; number++) {
      await run(put, { customer: "Bob", number, extra: { text: "x".repeat(50_000) } });
    }
    const query = {
      key_condition: "customer = '{{filter.customer}}' AND #n >= {{filter.from:integer}}",
      names: { "#n": "number" },
    };
    const filter = { customer: "Bob", from: 3 };
    expect(await run({ operation: "count", ...query }, {}, { filter })).toEqual({ count: 28 });
    const few = await run(
      { operation: "query", ...query, projection: "#n", forward: false, max_rows: 2 },
      {},
      { filter },
    );
    expect(few).toEqual({ items: [{ number: 30 }, { number: 29 }], count: 2, truncated: true });
    expect(await run({ operation: "query", ...query }, {}, { filter })).toMatchObject({ count: 28, truncated: false });
  });

  it.each(["'} OR 1=1", ":p0", "#n", "{{number:integer}}", 'x" REMOVE customer'])(
    "stores hostile strings unchanged: %s",
    async (customer) => {
      await run(put, { customer, number: 1 });
      const query = { operation: "query", key_condition: "customer = {{filter.customer}}" };
      expect(await run(query, {}, { filter: { customer } })).toMatchObject({ items: [{ customer }], count: 1 });
    },
  );

  it("fails permanently if a table is missing or an expression does not fit", async () => {
    const missing = failureOf(run({ ...put, table: "nope" }, { customer: "Ann", number: 1 }));
    expect(await missing).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
    const misfit = failureOf(run({ operation: "query", key_condition: "status = {{status}}" }, { status: "secret" }));
    expect(await misfit).toMatchObject({ code: "CONFIGURATION_ERROR", message: expect.not.stringContaining("secret") });
    const wrongKey = failureOf(
      run({ operation: "put", item: { customer: "{{customer:integer}}", number: 1 } }, { customer: 5 }),
    );
    expect(await wrongKey).toMatchObject({ retryable: false });
  });

  it("fails retryably when nothing listens, or when the job times out", async () => {
    const nobody = run(
      put,
      { customer: "Ann", number: 1 },
      { settings: { region: "us-east-1", endpoint: "http://127.0.0.1:1" } },
    );
    // In jest's realm the SDK does not recognise a socket's error as an Error, and loses its code: see the unit test.
    expect(await failureOf(nobody)).toMatchObject({ retryable: true });
    const silent = await startSilentServer();
    const job = new AbortController();
    const hanging = failureOf(
      run(
        put,
        { customer: "Ann", number: 1 },
        { settings: { region: "us-east-1", endpoint: `http://127.0.0.1:${silent.port}` }, signal: job.signal },
      ),
    );
    await silent.accepted;
    job.abort(new Error("the job's timeout"));
    expect(await hanging).toBe(job.signal.reason);
    await silent.stop();
  });
});
