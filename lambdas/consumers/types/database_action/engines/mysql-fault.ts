import { JobError, type JobErrorCode } from "../../../../core/job/job-error.ts";
import { databaseFault, driverErrorCode, type FaultOf, networkFault } from "./network-fault.ts";

interface MysqlAnswer {
  errno: number;
  /** The driver's symbol of the number, such as ER_LOCK_DEADLOCK, if it knows the number. */
  code?: string;
  sqlState?: string;
  sqlMessage?: string;
}

/** By error number, where the SQLSTATE is not specific enough. The numbers are those of MySQL and MariaDB, which both publish lists. */
export const errorNumbers: [errnos: number[], code: JobErrorCode, what: string][] = [
  [[1062, 1586], "VALIDATION_ERROR", "a value that must be unique exists already"],
  [[1216, 1217, 1451, 1452], "VALIDATION_ERROR", "a row that is referred to does not exist, or is still referred to"],
  [[1048, 1364], "VALIDATION_ERROR", "a value that is required is missing"],
  [[3819, 4025], "VALIDATION_ERROR", "a value does not pass a check"],
  [[1264, 1265, 1292, 1366, 1406, 1690, 3140], "VALIDATION_ERROR", "a value does not fit its type or column"],
  [[1045, 1698, 1862], "UNAUTHORIZED", "the credentials were refused"],
  [[1044, 1142, 1143, 1227, 1370], "FORBIDDEN", "the user may not do this"],
  [[1049], "CONFIGURATION_ERROR", "there is no such database"],
  [[1054, 1064, 1146, 1210, 1305], "CONFIGURATION_ERROR", "the statement does not fit the database"],
  [[1020, 1205, 1213], "SERVICE_UNAVAILABLE", "a deadlock, or a lock that could not be acquired"],
  [[1040, 1041, 1203, 1226], "SERVICE_UNAVAILABLE", "the server has no connection or memory left"],
  [[1053, 1290, 1792, 1836, 3169], "SERVICE_UNAVAILABLE", "the server is stopping or read-only for now"],
  [[1317, 1969, 3024], "TIMEOUT", "the statement took too long"],
  [[1158, 1159, 1160, 1161, 1927, 4031], "CONNECTION_ERROR", "the server ended the connection"],
];
const states: [prefix: string, code: JobErrorCode, what: string][] = [
  ["22", "VALIDATION_ERROR", "a value does not fit its type or column"],
  ["23", "VALIDATION_ERROR", "a constraint is violated"],
  ["45", "VALIDATION_ERROR", "a procedure or trigger refused it"],
  ["28", "UNAUTHORIZED", "the credentials were refused"],
  ["42", "CONFIGURATION_ERROR", "the statement does not fit the database"],
  ["40", "SERVICE_UNAVAILABLE", "a conflict with another transaction"],
  ["08", "CONNECTION_ERROR", "the connection failed"],
];

/** Whether the error is the server's: then it has answered, and the connection is still usable (except after `endsConnection`). */
export const isMysqlAnswer = (error: unknown): error is MysqlAnswer =>
  typeof (error as Partial<MysqlAnswer> | undefined)?.errno === "number" && "sqlState" in (error as object);

/** After these errors the server has closed the connection, or no longer accepts writes. */
export const endsConnection = (error: unknown): boolean =>
  (error as { fatal?: boolean }).fatal === true ||
  [1053, 1290, 1792, 1836, 1927, 4031].includes((error as Partial<MysqlAnswer>).errno ?? 0);

export const mysqlFault: FaultOf = (error, reference) => {
  if (error instanceof JobError) return error;
  if (isMysqlAnswer(error)) return mysqlServerFault(error);
  return (
    networkFault(error, reference) ??
    databaseFault("PROVIDER_ERROR", `MySQL's client failed${suffix(driverErrorCode(error))}.`, driverErrorCode(error))
  );
};

const suffix = (code: string) => (code === "" ? "" : ` (${code})`);

function mysqlServerFault({ errno, code: symbol = "", sqlState = "", sqlMessage = "" }: MysqlAnswer): JobError {
  const [, code, what] = errorNumbers.find(([errnos]) => errnos.includes(errno)) ??
    states.find(([prefix]) => sqlState.startsWith(prefix)) ?? [0, "PROVIDER_ERROR" as const, "the server failed"];
  return databaseFault(
    code,
    `MySQL: ${what}${namedIn(errno, sqlMessage)}; error ${errno}${suffix(sqlState)}.`,
    symbolOf(errno, symbol),
  );
}

/** MariaDB has numbers that the driver does not know; a name that is no symbol of a server is not shown. */
const symbolOf = (errno: number, symbol: string): string =>
  /^(ER|EE|HA_ERR|WARN)_[A-Z0-9_]+$/.test(symbol) ? symbol : String(errno);

/** The key or constraint, which comes last in the message or in backquotes. Anything before it may be a value. */
function namedIn(errno: number, message: string): string {
  const key = errno === 1062 ? /for key '([\w$.-]{1,129})'$/.exec(message)?.[1] : undefined;
  const constraint = [1451, 1452].includes(errno) ? /CONSTRAINT `([\w$.-]{1,64})`/.exec(message)?.[1] : undefined;
  const name = key ?? constraint;
  return name === undefined ? "" : ` (${key ? "key" : "constraint"} ${name})`;
}
