import { JobError, type JobErrorCode } from "../../../../core/job/job-error.ts";
import { providerCodeOf } from "../../../../core/job/provider-code.ts";
import { databaseFault, driverErrorCode, type FaultOf, networkFault } from "./network-fault.ts";

/** The server's error codes (https://www.mongodb.com/docs/manual/reference/error-codes). */
export const serverCodes: [numbers: number[], code: JobErrorCode, what: string][] = [
  [[11000, 11001], "VALIDATION_ERROR", "a value that must be unique exists already"],
  [[121], "VALIDATION_ERROR", "a document does not pass the collection's validation"],
  [[10334, 17280, 17419], "VALIDATION_ERROR", "a document is too large"],
  [[14, 52, 66, 28], "VALIDATION_ERROR", "a value does not fit the document that is there"],
  [[18], "UNAUTHORIZED", "the credentials were refused"],
  [[13, 8000], "FORBIDDEN", "the user may not do this"],
  [[2, 9, 26, 40, 59, 72, 115, 168, 238, 15998], "CONFIGURATION_ERROR", "the action does not fit the database"],
  [[24, 112, 225, 246, 251, 267], "SERVICE_UNAVAILABLE", "a conflict with another operation"],
  [
    [11600, 11602, 10107, 10058, 13435, 13436, 189, 91, 133, 134],
    "SERVICE_UNAVAILABLE",
    "the server is stopping or not the primary",
  ],
  [[50, 262], "TIMEOUT", "the operation took too long"],
  [[6, 7, 89, 9001], "CONNECTION_ERROR", "the servers cannot reach each other"],
];
const labels = ["RetryableWriteError", "TransientTransactionError", "SystemOverloadedError", "RetryableError"];

interface MongoAnswer extends Error {
  code?: unknown;
  codeName?: unknown;
  keyPattern?: Record<string, unknown>;
  hasErrorLabel?: (label: string) => boolean;
}

/** Decides by the names of the driver's errors. This file loads no driver, so its rules can be tested without one. */
export const mongoFault: FaultOf = (error, reference) => {
  if (error instanceof JobError) return error;
  const { name = "", cause } = (error ?? {}) as Partial<Error>;
  if (/^Mongo(Server|BulkWrite|WriteConcern)Error$/.test(name)) return mongoServerFault(error as MongoAnswer);
  const network = networkFault(error, reference) ?? networkFault(cause, reference);
  if (network) return network;
  if (/^Mongo(Parse|InvalidArgument|MissingCredentials|MissingDependency|Compatibility)Error$/.test(name)) {
    return databaseFault(
      "CONFIGURATION_ERROR",
      `MongoDB's client does not accept the action, or the URL in ${reference}.`,
    );
  }
  if (name === "MongoOperationTimeoutError") return databaseFault("TIMEOUT", "MongoDB: the operation took too long.");
  if (name === "MongoServerSelectionError") return databaseFault("CONNECTION_ERROR", "MongoDB cannot be reached.");
  if (/^Mongo.*(Network|ServerSelection|Topology|PoolCleared|PoolClosed|NotConnected|ConnectionPool)/.test(name)) {
    return databaseFault("CONNECTION_ERROR", "MongoDB cannot be reached, or the connection was lost.");
  }
  if (name.startsWith("BSON")) return databaseFault("VALIDATION_ERROR", "MongoDB: a value cannot be stored.");
  return databaseFault("PROVIDER_ERROR", "MongoDB's client failed.");
};

function mongoServerFault(error: MongoAnswer): JobError {
  const number = Number(driverErrorCode(error));
  // Numbers above 10,000 are locations in the server's parsers of stages, expressions and updates.
  const [, code = number > 15_000 ? "CONFIGURATION_ERROR" : "PROVIDER_ERROR", what = "the server failed"] =
    serverCodes.find(([known]) => known.includes(number)) ?? [];
  const transient = code === "PROVIDER_ERROR" && labels.some((label) => error.hasErrorLabel?.(label));
  const fields = Object.keys(error.keyPattern ?? {}).join(", ");
  return databaseFault(
    transient ? "SERVICE_UNAVAILABLE" : code,
    `MongoDB: ${what}${fields === "" ? "" : ` (index on ${fields})`}; code ${Number.isNaN(number) ? "unknown" : number}.`,
    providerCodeOf(error.codeName) ?? (Number.isNaN(number) ? undefined : String(number)),
  );
}
