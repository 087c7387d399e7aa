import { mongoFault } from "../../../../lambdas/consumers/types/database_action/engines/mongodb-fault.ts";
import { mysqlFault } from "../../../../lambdas/consumers/types/database_action/engines/mysql-fault.ts";
import { postgresFault } from "../../../../lambdas/consumers/types/database_action/engines/postgres-fault.ts";
import { definitions } from "../../../../lambdas/consumers/types/definitions.ts";
import { combined } from "../../../../lambdas/consumers/types/notification/failures.ts";
import { smtpError } from "../../../../lambdas/consumers/types/notification/mail/smtp-error.ts";
import type { JobTypeDefinition } from "../../../../lambdas/core/catalog/job-type.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { movesOn } from "../../../../lambdas/core/targets/moves-on.ts";

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

  test("a file is stored, but no message is sent and no function called", () => {
    const found = [storage, notification, cloudFunction].map((definition) => repeats(definition, {}, {}));
    expect(found).toEqual([true, false, false]);
  });
});

/** Whether a write goes on to another target after a failure. */
const goesOn = (error: unknown) => movesOn({}, error as JobError, false);
const answer = (code: string) => postgresFault({ code, severity: "ERROR" }, "db");

describe("a write goes to another database", () => {
  test.each(["53300", "57P03", "25006", "28P01"])("after PostgreSQL's refusal to begin, %s", (code) => {
    expect(goesOn(answer(code))).toBe(true);
  });

  test.each(["40P01", "40001", "55P03", "57P01", "08006"])("not after %s, which the same one can mend", (code) => {
    expect(goesOn(answer(code))).toBe(false);
  });

  test("after MySQL's refusal of a connection, not after a deadlock", () => {
    const of = (errno: number, code: string) => mysqlFault({ errno, code, sqlState: "HY000", sqlMessage: "" }, "db");
    expect([goesOn(of(1040, "ER_CON_COUNT_ERROR")), goesOn(of(1213, "ER_LOCK_DEADLOCK"))]).toEqual([true, false]);
  });

  test("after MongoDB has no server, not after a lost connection", () => {
    const of = (name: string) => mongoFault(Object.assign(new Error("x"), { name }), "db");
    expect([goesOn(of("MongoServerSelectionError")), goesOn(of("MongoNetworkError"))]).toEqual([true, false]);
  });
});

test("a mail goes to another server if this one was never reached, or refused it for now", () => {
  const { signal } = new AbortController();
  const of = (error: object) => goesOn(smtpError(Object.assign(new Error("x"), error), signal));
  expect([of({ code: "EDNS" }), of({ code: "ESOCKET", syscall: "connect" }), of({ responseCode: 451 })]).toEqual([
    true,
    true,
    true,
  ]);
  expect([of({ code: "ESOCKET", syscall: "read" }), of({ code: "ETIMEDOUT" }), of({ responseCode: 550 })]).toEqual([
    false,
    false,
    false,
  ]);
});

test("a notification goes to another target only if every channel that failed allows it", () => {
  const busy = new JobError("SERVICE_UNAVAILABLE", "busy");
  const late = new JobError("TIMEOUT", "late");
  expect([goesOn(combined([busy, busy], "", {})), goesOn(combined([busy, late], "", {}))]).toEqual([true, false]);
});
