import { MongoClient } from "mongodb";
import { closeMongo } from "../../../../lambdas/consumers/types/database_action/engines/mongodb.ts";
import { ferretdb, startMongo } from "../../../support/databases/mongodb.ts";
import { type Asked, failureOf, runAction } from "../../../support/databases/run-action.ts";
import { startSilentServer } from "../../../support/databases/silent-server.ts";
import { describeWith } from "../../../support/servers.ts";
import { startGate } from "../../../support/tcp-gate.ts";
import { until } from "../../../support/until.ts";

let server: Awaited<ReturnType<typeof startMongo>>;
let admin: MongoClient;

const run = (action: object, data = {}, more: Partial<Asked> = {}) =>
  runAction({ engine: "mongodb", url: server.url(), action: { collection: "orders", ...action }, data, ...more });
const insertOne = {
  operation: "insertOne",
  document: { customer: "{{customer}}", total: "{{total:float}}", due: "{{due?:date}}" },
};
const find = { operation: "find", filter: { customer: "{{filter.customer}}" }, projection: { _id: 0 } };

describeWith(
  "FerretDB",
  ferretdb,
  "test/support/databases/install.sh",
)("a MongoDB database", () => {
  beforeAll(async () => {
    server = await startMongo();
    admin = await new MongoClient(server.url()).connect();
    await admin.db().collection("orders").createIndex({ number: 1 }, { unique: true, sparse: true });
  });
  afterEach(async () => {
    await admin.db().collection("orders").deleteMany({});
  });
  afterAll(async () => {
    closeMongo();
    await admin?.close();
    await server?.stop();
  });

  it("inserts, finds, counts, updates, aggregates and deletes", async () => {
    const inserted = (await run(insertOne, { customer: "Ann", total: 5.5, due: "2030-01-01T02:00:00+02:00" })) as {
      inserted_id: string;
    };
    expect(inserted.inserted_id).toMatch(/^[0-9a-f]{24}$/);
    const byId = { operation: "findOne", filter: { _id: "{{filter.id:objectid}}" } };
    expect(await run(byId, {}, { filter: { id: inserted.inserted_id } })).toEqual({
      document: { _id: inserted.inserted_id, customer: "Ann", total: 5.5, due: "2030-01-01T00:00:00.000Z" },
    });
    const many = { operation: "insertMany", documents: "{{orders:array:1:10}}" };
    expect(await run(many, { orders: [{ customer: "Bob" }, { customer: "Bob" }] })).toMatchObject({
      inserted_count: 2,
      inserted_ids: { length: 2 },
    });
    expect(await run({ operation: "countDocuments", filter: { customer: "Bob" } })).toEqual({ count: 2 });
    const byCustomer = { operation: "countDocuments", filter: { customer: "{{filter.customer}}" } };
    expect(await run(byCustomer, undefined, { filter: { customer: "Bob" } })).toEqual({ count: 2 });
    expect(await run({ operation: "estimatedDocumentCount" })).toEqual({ count: 3 });
    const filter = { customer: "{{filter.customer}}" };
    const set = { filter, update: { $set: { total: "{{total:float}}" } } };
    expect(await run({ operation: "updateOne", ...set }, { total: 1 }, { filter: { customer: "Bob" } })).toEqual({
      matched_count: 1,
      modified_count: 1,
    });
    expect(await run({ operation: "updateMany", ...set }, { total: 2 }, { filter: { customer: "Bob" } })).toEqual({
      matched_count: 2,
      modified_count: 2,
    });
    expect(
      await run({ operation: "updateOne", ...set, upsert: true }, { total: 3 }, { filter: { customer: "Cid" } }),
    ).toMatchObject({ upserted_id: expect.any(String) });
    const pipeline = [
      { $match: { total: { $gte: "{{min:float}}" } } },
      { $group: { _id: "$customer", total: { $sum: "$total" } } },
      { $sort: { _id: 1 } },
    ];
    expect(await run({ operation: "aggregate", pipeline }, { min: 2 })).toEqual({
      documents: [
        { _id: "Ann", total: 5.5 },
        { _id: "Bob", total: 4 },
        { _id: "Cid", total: 3 },
      ],
      count: 3,
      truncated: false,
    });
    expect(await run({ ...find, sort: { total: -1 }, limit: 1 }, {}, { filter: { customer: "Bob" } })).toEqual({
      documents: [{ customer: "Bob", total: 2 }],
      count: 1,
      truncated: false,
    });
    expect(await run({ operation: "deleteOne", filter }, {}, { filter: { customer: "Bob" } })).toEqual({
      deleted_count: 1,
    });
    expect(await run({ operation: "deleteMany", filter: {} })).toEqual({ deleted_count: 3 });
    expect(await run(byId, {}, { filter: { id: inserted.inserted_id } })).toEqual({ document: null });
  });

  it.each(["$where", "{ $gt: '' }", "$customer", "$$ROOT", "'; return true; //"])(
    "takes hostile strings literally: %s",
    async (customer) => {
      await run(insertOne, { customer: "Ann", total: 1 });
      await run(insertOne, { customer, total: 1 });
      expect(await run(find, {}, { filter: { customer } })).toMatchObject({ documents: [{ customer }], count: 1 });
    },
  );

  it("refuses operators in data at run time as well", async () => {
    const filter = { operation: "find", filter: "{{filter:object}}" };
    for (const customer of [{ $gt: "" }, { $ne: null }, { a: [{ $where: "1" }] }]) {
      expect(await failureOf(run(filter, {}, { filter: { customer } }))).toMatchObject({
        code: "VALIDATION_ERROR",
        retryable: false,
      });
    }
  });

  it("truncates a large result, and says so", async () => {
    await run(
      { operation: "insertMany", documents: "{{orders:array}}" },
      { orders: Array.from({ length: 300 }, () => ({ customer: "Bob" })) },
    );
    expect(await run({ operation: "find", max_rows: 200 })).toMatchObject({ count: 200, truncated: true });
    expect(await run({ operation: "find", max_rows: 300 })).toMatchObject({ count: 300, truncated: false });
  });

  it("fails permanently on a duplicate of a unique value, without showing it", async () => {
    const numbered = { operation: "insertOne", document: { number: "{{number}}" } };
    await run(numbered, { number: "secret" });
    const failure = (await failureOf(run(numbered, { number: "secret" }))) as Error;
    expect(failure).toMatchObject({
      code: "VALIDATION_ERROR",
      retryable: false,
      message: expect.not.stringContaining("secret"),
    });
  });

  it("fails on an unknown stage, refused credentials and invalid URLs", async () => {
    expect(await failureOf(run({ operation: "aggregate", pipeline: [{ $nope: {} }] }))).toMatchObject({
      code: "CONFIGURATION_ERROR",
      retryable: false,
    });
    for (const url of [
      undefined,
      "hunter2",
      "mongodb://u:hunter2@host",
      "mongodb://u:hunter2@:1/db",
      "mongodb://127.0.0.1/db?hunter2=1",
    ]) {
      const failing = runAction({
        engine: "mongodb",
        ...(url && { url }),
        action: { collection: "orders", operation: "findOne" },
      });
      const failure = (await failureOf(failing)) as Error;
      expect(failure).toMatchObject({
        code: "CONFIGURATION_ERROR",
        message: expect.stringContaining('secret("shop/db#url")'),
      });
      expect(failure.message).not.toContain("hunter2");
    }
  });

  it("recovers from reset connections, and from one that hangs until the timeout", async () => {
    const gate = await startGate(server.port);
    const through = { url: server.url(gate.port) };
    await run(insertOne, { customer: "Ann", total: 1 }, through);
    gate.reset();
    const soon = await run({ operation: "countDocuments" }, {}, through).catch((error: unknown) => error);
    if (soon instanceof Error) expect(soon).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    expect(await run({ operation: "countDocuments" }, {}, through)).toEqual({ count: 1 });
    gate.hang(true);
    const job = new AbortController();
    const hanging = failureOf(run(find, {}, { ...through, filter: { customer: "Ann" }, signal: job.signal }));
    await new Promise(setImmediate);
    job.abort(new Error("the job's timeout"));
    expect(await hanging).toBe(job.signal.reason);
    gate.hang(false);
    expect(await run({ operation: "countDocuments" }, {}, through)).toEqual({ count: 1 });
    closeMongo();
    await gate.stop();
  });
});

describe("a MongoDB server that accepts and never answers", () => {
  it("is given up at the job's timeout, and its connections are closed", async () => {
    const silent = await startSilentServer();
    const job = new AbortController();
    const url = `mongodb://127.0.0.1:${silent.port}/shop?directConnection=true`;
    const hanging = failureOf(
      runAction({ engine: "mongodb", url, action: { collection: "orders", operation: "findOne" }, signal: job.signal }),
    );
    await silent.accepted;
    job.abort(new Error("the job's timeout"));
    expect(await hanging).toBe(job.signal.reason);
    await until(() => silent.open() === 0);
    await silent.stop();
  });

  it("that does not exist is a connection error", async () => {
    const url = "mongodb://127.0.0.1:1/shop?serverSelectionTimeoutMS=100";
    const failing = failureOf(
      runAction({ engine: "mongodb", url, action: { collection: "orders", operation: "findOne" } }),
    );
    expect(await failing).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    closeMongo();
  });
});
