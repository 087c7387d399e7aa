import { dynamoFault } from "../../../../../lambdas/consumers/types/database_action/engines/dynamodb-fault.ts";
import { mongoFault } from "../../../../../lambdas/consumers/types/database_action/engines/mongodb-fault.ts";
import { mysqlFault } from "../../../../../lambdas/consumers/types/database_action/engines/mysql-fault.ts";
import { mysqlOptionsOf } from "../../../../../lambdas/consumers/types/database_action/engines/mysql-url.ts";
import type { FaultOf } from "../../../../../lambdas/consumers/types/database_action/engines/network-fault.ts";
import { postgresFault } from "../../../../../lambdas/consumers/types/database_action/engines/postgres-fault.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";

const engines: Record<string, FaultOf> = {
  PostgreSQL: postgresFault,
  MySQL: mysqlFault,
  MongoDB: mongoFault,
  DynamoDB: dynamoFault,
};
const thrown = (fields: object, message = "secret") => Object.assign(new Error(message), fields);

describe.each(Object.entries(engines))("a connection's faults: %s", (engine, faultOf) => {
  it.each([
    ["ECONNREFUSED", "CONNECTION_ERROR", true],
    ["ECONNRESET", "CONNECTION_ERROR", true],
    ["ETIMEDOUT", "CONNECTION_ERROR", true],
    ["EPIPE", "CONNECTION_ERROR", true],
    ["ENOTFOUND", "CONNECTION_ERROR", true],
    ["EAI_AGAIN", "CONNECTION_ERROR", true],
    ["SELF_SIGNED_CERT_IN_CHAIN", "CONFIGURATION_ERROR", false],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "CONFIGURATION_ERROR", false],
  ])("classifies a socket's %s as %s", (code, expected, retryable) => {
    expect(faultOf(thrown({ code }), "secret(x)")).toMatchObject({ code: expected, retryable });
  });

  it("passes a JobError on, and treats any other error as its client's failure", () => {
    const error = new JobError("TIMEOUT", "late");
    expect(faultOf(error, "x")).toBe(error);
    for (const odd of [undefined, null, "secret", thrown({}), thrown({ code: "ODD" })]) {
      const fault = faultOf(odd, "x");
      expect(fault).toMatchObject({ code: "PROVIDER_ERROR", retryable: true });
      expect(fault.message).not.toContain("secret");
      expect(fault.message.length).toBeGreaterThan(engine.length);
    }
  });
});

it.each([
  ["23505", "VALIDATION_ERROR", false],
  ["22001", "VALIDATION_ERROR", false],
  ["P0001", "VALIDATION_ERROR", false],
  ["28P01", "UNAUTHORIZED", false],
  ["42501", "FORBIDDEN", false],
  ["42P01", "CONFIGURATION_ERROR", false],
  ["08P01", "CONFIGURATION_ERROR", false],
  ["40001", "SERVICE_UNAVAILABLE", true],
  ["40P01", "SERVICE_UNAVAILABLE", true],
  ["55P03", "SERVICE_UNAVAILABLE", true],
  ["53300", "SERVICE_UNAVAILABLE", true],
  ["57P03", "SERVICE_UNAVAILABLE", true],
  ["25006", "SERVICE_UNAVAILABLE", true],
  ["57014", "TIMEOUT", true],
  ["08006", "CONNECTION_ERROR", true],
  ["XX000", "PROVIDER_ERROR", true],
])("PostgreSQL's %s is %s", (code, expected, retryable) => {
  const fault = postgresFault(thrown({ code, severity: "ERROR", detail: "Key (a)=(secret)", table: "orders" }), "x");
  expect(fault).toMatchObject({ code: expected, retryable, message: expect.stringContaining("orders") });
  expect(fault.message).not.toContain("secret");
});

it.each([
  [1062, "23000", "VALIDATION_ERROR", false],
  [1366, "22007", "VALIDATION_ERROR", false],
  [9999, "45000", "VALIDATION_ERROR", false],
  [1045, "28000", "UNAUTHORIZED", false],
  [1142, "42000", "FORBIDDEN", false],
  [1146, "42S02", "CONFIGURATION_ERROR", false],
  [1213, "40001", "SERVICE_UNAVAILABLE", true],
  [1205, "HY000", "SERVICE_UNAVAILABLE", true],
  [1040, "08004", "SERVICE_UNAVAILABLE", true],
  [1290, "HY000", "SERVICE_UNAVAILABLE", true],
  [3024, "HY000", "TIMEOUT", true],
  [1969, "70100", "TIMEOUT", true],
  [4031, "HY000", "CONNECTION_ERROR", true],
  [9999, "HY000", "PROVIDER_ERROR", true],
])("MySQL's %s (%s) is %s", (errno, sqlState, expected, retryable) => {
  const sqlMessage = "Duplicate entry 'secret' for key 'for key 'secret''";
  const fault = mysqlFault(thrown({ errno, sqlState, sqlMessage }), "x");
  expect(fault).toMatchObject({ code: expected, retryable });
  expect(fault.message).not.toContain("'");
});

it("MySQL's duplicates name the key, and never the value", () => {
  const fault = (sqlMessage: string) => mysqlFault(thrown({ errno: 1062, sqlState: "23000", sqlMessage }), "x").message;
  expect(fault("Duplicate entry 'a' for key 'orders.note'")).toContain("(key orders.note)");
  expect(fault("Duplicate entry 'x for key 'secret' ' for key 'PRIMARY'")).not.toContain("secret");
});

it.each([
  ["MongoServerError", 11000, "VALIDATION_ERROR", false],
  ["MongoBulkWriteError", 11000, "VALIDATION_ERROR", false],
  ["MongoServerError", 121, "VALIDATION_ERROR", false],
  ["MongoServerError", 18, "UNAUTHORIZED", false],
  ["MongoServerError", 13, "FORBIDDEN", false],
  ["MongoServerError", 40324, "CONFIGURATION_ERROR", false],
  ["MongoServerError", 112, "SERVICE_UNAVAILABLE", true],
  ["MongoServerError", 10107, "SERVICE_UNAVAILABLE", true],
  ["MongoServerError", 50, "TIMEOUT", true],
  ["MongoServerError", 1, "PROVIDER_ERROR", true],
  ["MongoNetworkError", undefined, "CONNECTION_ERROR", true],
  ["MongoServerSelectionError", undefined, "CONNECTION_ERROR", true],
  ["MongoNetworkTimeoutError", undefined, "CONNECTION_ERROR", true],
  ["MongoPoolClearedError", undefined, "CONNECTION_ERROR", true],
  ["MongoParseError", undefined, "CONFIGURATION_ERROR", false],
  ["BSONError", undefined, "VALIDATION_ERROR", false],
])("MongoDB's %s %s is %s", (name, code, expected, retryable) => {
  const fault = mongoFault(thrown({ name, code, keyPattern: { note: 1 }, keyValue: { note: "secret" } }), "x");
  expect(fault).toMatchObject({ code: expected, retryable });
  expect(fault.message).not.toContain("secret");
});

it("MongoDB's label decides on a repetition if the code does not", () => {
  const error = thrown({
    name: "MongoServerError",
    code: 1,
    hasErrorLabel: (label: string) => label === "RetryableWriteError",
  });
  expect(mongoFault(error, "x")).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
});

it.each([
  ["ConditionalCheckFailedException", 400, "VALIDATION_ERROR", false],
  ["ResourceNotFoundException", 400, "CONFIGURATION_ERROR", false],
  ["AccessDeniedException", 400, "FORBIDDEN", false],
  ["UnrecognizedClientException", 400, "UNAUTHORIZED", false],
  ["ProvisionedThroughputExceededException", 400, "RATE_LIMITED", true],
  ["ThrottlingException", 400, "RATE_LIMITED", true],
  ["InternalServerError", 500, "SERVICE_UNAVAILABLE", true],
  ["TimeoutError", undefined, "CONNECTION_ERROR", true],
  ["constructor", 400, "PROVIDER_ERROR", true],
])("DynamoDB's %s is %s", (name, httpStatusCode, expected, retryable) => {
  const fault = dynamoFault(thrown({ name, $metadata: { httpStatusCode } }), "orders");
  expect(fault).toMatchObject({ code: expected, retryable, message: expect.stringContaining("orders") });
  expect(fault.message).not.toContain("secret");
});

test("messages of DynamoDB's errors have quotes of names only", () => {
  const named = (name: string) => dynamoFault(thrown({ name, $metadata: { httpStatusCode: 400 } }), "orders").message;
  expect(named("NewlyMadeException")).toContain("; NewlyMadeException)");
  expect(named("Ann's order, Bearer abc")).toBe("DynamoDB: the client failed (table orders).");
});

describe("MySQL's URL", () => {
  it("gives host, user and TLS mode only", () => {
    const url = "mysql://a%40b:p%2Fw@host:3307/shop?ssl-mode=VERIFY_IDENTITY&multipleStatements=true&flags=LOCAL_FILES";
    expect(mysqlOptionsOf(url, "x")).toEqual({
      host: "host",
      port: 3307,
      user: "a@b",
      password: "p/w",
      database: "shop",
      ssl: { rejectUnauthorized: true, verifyIdentity: true },
    });
    expect(mysqlOptionsOf("mysql://u@host/shop", "x")).not.toHaveProperty("ssl");
    expect(mysqlOptionsOf("mysql://u@[::1]:3307/shop", "x")).toMatchObject({ host: "::1", port: 3307 });
  });

  it.each([
    "mysql://u:p%zz@host/shop",
    "mysql://u:p@host/shop?ssl=true",
    "mysql://u:p@host/shop?sslmode=require",
    "mysql://u:p@host/shop?useSSL=true",
    "mysql://u:p@host/shop?ssl-mode=ON",
    "mysql://u:p@host/shop?ssl-ca=/ca.pem&ssl-mode=VERIFY_CA",
  ])("is refused if it is invalid or asks for TLS as another client does: %s", (url) => {
    expect(() => mysqlOptionsOf(url, 'secret("db")')).toThrow(
      expect.objectContaining({ code: "CONFIGURATION_ERROR", message: expect.stringContaining('secret("db")') }),
    );
  });
});

describe("the provider's code of a database", () => {
  it.each<[string, object, string | undefined]>([
    ["PostgreSQL", { code: "40P01", severity: "ERROR" }, "40P01"],
    ["PostgreSQL", { code: "ECONNRESET" }, "ECONNRESET"],
    ["PostgreSQL", {}, undefined],
    ["MySQL", { errno: 1213, code: "ER_LOCK_DEADLOCK", sqlState: "40001" }, "ER_LOCK_DEADLOCK"],
    ["MySQL", { errno: 4031, code: undefined, sqlState: "HY000" }, "4031"],
    ["MySQL", { errno: 1644, code: "secret", sqlState: "45000" }, "1644"],
    ["MySQL", { code: "PROTOCOL_CONNECTION_LOST" }, "PROTOCOL_CONNECTION_LOST"],
    ["MongoDB", { name: "MongoServerError", code: 112, codeName: "WriteConflict" }, "WriteConflict"],
    ["MongoDB", { name: "MongoServerError", code: 11000 }, "11000"],
    ["MongoDB", { name: "MongoServerError", code: 9, codeName: "a secret value" }, "9"],
    ["MongoDB", { name: "MongoNetworkError", cause: { code: "ECONNRESET" } }, "ECONNRESET"],
    ["DynamoDB", { name: "TransactionConflictException" }, "TransactionConflictException"],
    ["DynamoDB", { name: "secret" }, undefined],
  ])("of %s's %j is %s", (engine, fields, expected) => {
    expect(engines[engine]?.(thrown(fields), "x").providerCode).toBe(expected);
  });
});
