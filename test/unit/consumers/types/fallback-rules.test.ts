import type { MongoClient } from "mongodb";
import { mongoFault } from "../../../../lambdas/consumers/types/database_action/engines/mongodb-fault.ts";
import { performRows } from "../../../../lambdas/consumers/types/database_action/engines/mongodb-rows.ts";
import { mysqlFault } from "../../../../lambdas/consumers/types/database_action/engines/mysql-fault.ts";
import {
  Unconnected,
  withUnconnected,
} from "../../../../lambdas/consumers/types/database_action/engines/network-fault.ts";
import { postgresFault } from "../../../../lambdas/consumers/types/database_action/engines/postgres-fault.ts";
import { definitions } from "../../../../lambdas/consumers/types/definitions.ts";
import { combined } from "../../../../lambdas/consumers/types/notification/failures.ts";
import { smtpError } from "../../../../lambdas/consumers/types/notification/mail/smtp-error.ts";
import { kafkaFault } from "../../../../lambdas/consumers/types/publish/brokers/kafka-faults.ts";
import type { JobTypeDefinition } from "../../../../lambdas/core/catalog/job-type.ts";
import { movesOn } from "../../../../lambdas/core/catalog/targets/moves-on.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";

const { action, database_action, function: cloudFunction, notification, storage } = definitions;
const repeats = (definition: JobTypeDefinition, event: object, target: object) =>
  definition.isRepeatable?.({ type: definition.type, ...event }, target) ?? false;

describe("work that may be done at two targets", () => {
  test.each([
    ["GET", true],
    ["PUT", true],
    ["DELETE", true],
    ["POST", false],
    ["PATCH", false],
  ])("an action by %s: %s", (method, expected) => {
    expect(repeats(action, { app: "a", action: "do" }, { actions: { do: { method, path: "/" } } })).toBe(expected);
  });

  test.each<[object, boolean]>([
    [{ operation: "read", statement: " (select 1)" }, true],
    [{ operation: "aggregate", statement: "SELECT count(*) FROM a" }, true],
    [{ operation: "read", statement: "WITH gone AS (DELETE FROM a RETURNING id) SELECT * FROM gone" }, false],
    [{ operation: "create", statement: "INSERT INTO a VALUES (1)" }, false],
    [{ operation: "findOne", collection: "a" }, true],
    [{ operation: "aggregate", collection: "a", pipeline: [{ $out: "b" }] }, false],
    [{ operation: "query", table: "a" }, true],
    [{ operation: "put", table: "a" }, false],
  ])("a database action %o: %s", (of, expected) => {
    expect(repeats(database_action, { database: "d", action: "do" }, { actions: { do: of } })).toBe(expected);
  });

  test("a file, but neither a message nor a call of a function", () => {
    const found = [storage, notification, cloudFunction].map((definition) => repeats(definition, {}, {}));
    expect(found).toEqual([true, false, false]);
  });
});

/** Whether a write goes on to another target after a failure. */
const goesOn = (error: unknown) => movesOn({}, error as JobError, false);
const answer = (code: string) => postgresFault({ code, severity: "ERROR" }, "db");

describe("a write goes on to another database", () => {
  test.each(["53300", "57P03", "25006", "28P01"])("after PostgreSQL's refusal to begin, %s", (code) => {
    expect(goesOn(answer(code))).toBe(true);
  });

  test.each(["40P01", "40001", "55P03", "57P01", "08006"])("not after %s, which the same database can mend", (code) => {
    expect(goesOn(answer(code))).toBe(false);
  });

  test("after MySQL's refusal of a connection, and not after a deadlock", () => {
    const of = (errno: number, code: string) => mysqlFault({ errno, code, sqlState: "HY000", sqlMessage: "" }, "db");
    expect([goesOn(of(1040, "ER_CON_COUNT_ERROR")), goesOn(of(1213, "ER_LOCK_DEADLOCK"))]).toEqual([true, false]);
  });

  test("after no connection to MongoDB was made, and not after one was lost", () => {
    const of = (name: string) => Object.assign(new Error("x"), { name });
    const fault = withUnconnected(mongoFault);
    const never = new Unconnected("not connected", { cause: of("MongoServerSelectionError") });
    expect(goesOn(fault(never, "db"))).toBe(true);
    expect(goesOn(fault(of("MongoServerSelectionError"), "db"))).toBe(false);
    expect(goesOn(fault(of("MongoNetworkError"), "db"))).toBe(false);
  });

  test.each([
    { transaction: true, row: 2, expected: true },
    { transaction: false, row: 0, expected: true },
    { transaction: false, row: 2, expected: false },
  ])("after a refused row only if the rows before it are undone: %o", async ({ transaction, row, expected }) => {
    const refused = Object.assign(new Error("x"), { name: "MongoServerError", code: 18 });
    let asked = 0;
    const perform = async () => {
      if (asked++ === row) throw refused;
      return {};
    };
    const failed = performRows(
      { signal: new AbortController().signal, reference: "db" },
      aMongo(transaction),
      [{ data: {} }, { data: {} }, { data: {} }],
      perform,
    );
    expect(goesOn(await failed.catch((error: unknown) => error))).toBe(expected);
  });
});

/** As much of MongoDB's client as lists use. */
function aMongo(hasTransactions: boolean) {
  const session = { startTransaction() {}, commitTransaction: async () => {}, endSession: async () => {} };
  const db = () => ({ command: async () => (hasTransactions ? { setName: "rs" } : {}) });
  return { db, startSession: () => session } as unknown as MongoClient;
}

test("a message goes to another broker only if Kafka's client proves that nothing was appended", () => {
  const error = (...apiIds: string[]) => ({ errors: apiIds.map((apiId) => ({ errors: [{ apiId }] })) });
  expect(goesOn(kafkaFault(error("NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS")))).toBe(true);
  expect(goesOn(kafkaFault({ errors: [{ code: "PLT_KFK_NETWORK", cause: { code: "ECONNREFUSED" } }] }))).toBe(true);
  for (const last of [
    "REQUEST_TIMED_OUT",
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
    "KAFKA_STORAGE_ERROR",
    "NOT_LEADER_OR_FOLLOWER",
  ])
    expect(goesOn(kafkaFault(error(last)))).toBe(false);
  expect(goesOn(kafkaFault(error("REQUEST_TIMED_OUT", "NOT_ENOUGH_REPLICAS")))).toBe(false);
  expect(goesOn(kafkaFault({ errors: [{ code: "ECONNRESET" }, { cause: { code: "ECONNREFUSED" } }] }))).toBe(false);
});

test("a mail goes to another server if this one refused it or was not reached", () => {
  const { signal } = new AbortController();
  const of = (error: object) => goesOn(smtpError(Object.assign(new Error("x"), error), signal));
  expect([
    of({ code: "EDNS" }),
    of({ code: "ESOCKET", syscall: "connect" }),
    of({ code: "EENVELOPE", responseCode: 451 }),
  ]).toEqual([true, true, true]);
  expect([of({ code: "EMESSAGE", responseCode: 452 }), of({ code: "EAUTH", responseCode: 535 })]).toEqual([true, true]);
  expect(of({ code: "ESOCKET", originalCode: "DEPTH_ZERO_SELF_SIGNED_CERT" })).toBe(true);
  expect([of({ code: "ESOCKET", syscall: "read" }), of({ code: "ETIMEDOUT" }), of({ responseCode: 550 })]).toEqual([
    false,
    false,
    false,
  ]);
  expect([of({ code: "ECONNECTION", responseCode: 421 }), of({ code: "EMESSAGE", responseCode: 421 })]).toEqual([
    false,
    false,
  ]);
});

test("a notification goes to another target only if every channel that failed allows it", () => {
  const busy = new JobError("SERVICE_UNAVAILABLE", "busy", { nothingDone: true });
  const late = new JobError("TIMEOUT", "late");
  expect([goesOn(combined([busy, busy], "", {})), goesOn(combined([busy, late], "", {}))]).toEqual([true, false]);
});
