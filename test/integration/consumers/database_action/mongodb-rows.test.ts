import { MongoClient } from "mongodb";
import { closeMongo } from "../../../../lambdas/consumers/types/database_action/engines/mongodb.ts";
import { ferretdb, startMongo } from "../../../support/databases/mongodb.ts";
import { type Asked, failureOf, runAction } from "../../../support/databases/run-action.ts";
import { describeWith } from "../../../support/servers.ts";
import { startGate } from "../../../support/tcp-gate.ts";

let server: Awaited<ReturnType<typeof startMongo>>;
let admin: MongoClient;

const insert = { operation: "insertOne", document: "{{data:object}}" };
const run = (data: object[], action: object = insert, more: Partial<Asked> = {}) =>
  runAction({ engine: "mongodb", url: server.url(), action: { collection: "orders", ...action }, data, ...more });
const rows = (count: number) => Array.from({ length: count }, (_, number) => ({ number, total: 1 }));
const stored = async () =>
  (await admin.db().collection("orders").find().sort({ number: 1 }).toArray()).map(({ number }) => number);

// FerretDB is a standalone server: what a replica set does is a unit test.
describeWith(
  "FerretDB",
  ferretdb,
  "test/support/databases/install.sh",
)("a list of rows in a standalone MongoDB", () => {
  beforeAll(async () => {
    server = await startMongo();
    admin = await new MongoClient(server.url()).connect();
    await admin.db().collection("orders").createIndex({ number: 1 }, { unique: true });
  });
  afterEach(async () => {
    await admin.db().collection("orders").deleteMany({});
  });
  afterAll(async () => {
    closeMongo();
    await admin?.close();
    await server?.stop();
  });

  it.each([1, 101])("of %d is inserted in its order", async (count) => {
    const result = (await run(rows(count))) as { inserted_count: number; inserted_ids: string[] };
    expect(result.inserted_count).toBe(count);
    expect(result.inserted_ids).toHaveLength(count);
    expect(await stored()).toEqual(rows(count).map(({ number }) => number));
  });

  it("updates and deletes by row with a common filter", async () => {
    await run(rows(4));
    const update = {
      operation: "updateOne",
      filter: { number: "{{number:integer}}", total: "{{filter.total:integer}}" },
      update: { $set: { total: "{{total:integer}}" } },
      upsert: true,
    };
    const changed = [...rows(2).map((row) => ({ ...row, total: 9 })), { number: 7, total: 9 }];
    expect(await run(changed, update, { filter: { total: 1 } })).toEqual({
      matched_count: 2,
      modified_count: 2,
      upserted_ids: [expect.any(String)],
    });
    const remove = { operation: "deleteMany", filter: { number: "{{number:integer}}" } };
    expect(await run([{ number: 0 }, { number: 1 }, { number: 99 }], remove)).toEqual({ deleted_count: 2 });
  });

  it("stops at the first fault, and says how many rows stay written", async () => {
    const failure = failureOf(run([...rows(100), { number: 5, total: 1 }, { number: 500, total: 1 }]));
    expect(await failure).toMatchObject({
      code: "VALIDATION_ERROR",
      providerCode: expect.stringMatching(/^(DuplicateKey|11000)$/),
      message: expect.stringMatching(/^In row 100: MongoDB: .* The 100 rows before it were written and stay: /),
    });
    expect(await stored()).toHaveLength(100);
    const first = failureOf(run([{ number: 5, total: 1 }]));
    expect(await first).toMatchObject({ message: expect.not.stringContaining("stay") });
  });

  it("writes no further row after the job's timeout", async () => {
    await using gate = await startGate(server.port);
    const through = { url: server.url(gate.port) };
    await run([{ number: 1000, total: 1 }], insert, through);
    const job = new AbortController();
    gate.hang(true);
    const running = failureOf(run(rows(50), insert, { ...through, signal: job.signal }));
    await new Promise(setImmediate);
    job.abort(new Error("the job's timeout"));
    expect(await running).toBe(job.signal.reason);
    gate.hang(false);
    expect(await stored()).toEqual([1000]);
    closeMongo();
  });

  it("is one value where the action takes the list as a whole", async () => {
    const whole = { operation: "insertMany", documents: "{{data:array}}" };
    expect(await run(rows(3), whole)).toMatchObject({ inserted_count: 3 });
    expect(await stored()).toEqual([0, 1, 2]);
  });
});
