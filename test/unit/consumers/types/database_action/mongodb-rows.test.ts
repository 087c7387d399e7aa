import type { MongoClient } from "mongodb";
import { performRows } from "../../../../../lambdas/consumers/types/database_action/engines/mongodb-rows.ts";

/** A client of a server that answers `hello` like this, and keeps what becomes of its sessions. */
function fakeClient(hello: object, commitFails?: Error) {
  const events: string[] = [];
  const session = {
    startTransaction: () => void events.push("start"),
    commitTransaction: async () => {
      if (commitFails) throw commitFails;
      events.push("commit");
    },
    endSession: async () => void events.push("end"),
  };
  const client = { db: () => ({ command: async () => hello }), startSession: () => session };
  return { events, session, client: client as unknown as MongoClient };
}

const rows = [1, 2, 3].map((n) => ({ data: { n }, filter: undefined }));
const call = (signal = new AbortController().signal) => ({ signal, reference: "secret(db)" });
const duplicate = Object.assign(new Error("dup key: secret"), { name: "MongoServerError", code: 11000 });

describe.each([
  ["a replica set", { setName: "rs0" }],
  ["a sharded cluster", { msg: "isdbgrid" }],
])("a list of rows in %s", (_, hello) => {
  it("is one transaction of one session", async () => {
    const { client, events, session } = fakeClient(hello);
    const sessions: unknown[] = [];
    const result = await performRows(call(), client, rows, async (input, given) => {
      sessions.push(given);
      return { inserted_id: (input.data as { n: number }).n };
    });
    expect(result).toEqual({ inserted_count: 3, inserted_ids: [1, 2, 3] });
    expect(sessions).toEqual([session, session, session]);
    expect(events).toEqual(["start", "commit", "end"]);
  });

  it("is not committed if a row fails, and says which", async () => {
    const { client, events } = fakeClient(hello);
    const failing = performRows(call(), client, rows, async (input) => {
      if ((input.data as { n: number }).n === 3) throw duplicate;
      return { deleted_count: 1 };
    });
    await expect(failing).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      providerCode: "11000",
      message: "In row 2: MongoDB: a value that must be unique exists already; code 11000.",
    });
    expect(events).toEqual(["start", "end"]);
  });

  it("is not committed after the job's timeout", async () => {
    const { client, events } = fakeClient(hello);
    const job = new AbortController();
    let performed = 0;
    const failing = performRows(call(job.signal), client, rows, async () => {
      performed++;
      job.abort(new Error("the job's timeout"));
      return {};
    });
    await expect(failing).rejects.toThrow("the job's timeout");
    expect([performed, events]).toEqual([1, ["start", "end"]]);
  });

  it("fails if its commit fails", async () => {
    const { client, events } = fakeClient(hello, duplicate);
    await expect(performRows(call(), client, rows, async () => ({}))).rejects.toBe(duplicate);
    expect(events).toEqual(["start", "end"]);
  });
});

it("a standalone server runs the rows without a session", async () => {
  const { client, events } = fakeClient({ isWritablePrimary: true });
  const result = await performRows(call(), client, rows, async (_input, session) => {
    expect(session).toBeUndefined();
    return { matched_count: 2, modified_count: 1, upserted_id: "id" };
  });
  expect(result).toEqual({ matched_count: 6, modified_count: 3, upserted_ids: ["id", "id", "id"] });
  expect(events).toEqual([]);
});
