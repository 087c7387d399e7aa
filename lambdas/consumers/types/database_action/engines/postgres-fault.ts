import { JobError } from "../../../../core/job/job-error.ts";
import { databaseFault, driverErrorCode, type FaultOf, networkFault } from "./network-fault.ts";

/** SQLSTATEs, the longest match first (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
export const sqlStates: [prefix: string, code: ConstructorParameters<typeof JobError>[0], what: string][] = [
  ["23505", "VALIDATION_ERROR", "a value that must be unique exists already"],
  ["23503", "VALIDATION_ERROR", "a row that is referred to does not exist, or is still referred to"],
  ["23502", "VALIDATION_ERROR", "a value that is required is missing"],
  ["23514", "VALIDATION_ERROR", "a value does not pass a check"],
  ["23", "VALIDATION_ERROR", "a constraint is violated"],
  ["22", "VALIDATION_ERROR", "a value does not fit its type or column"],
  ["44", "VALIDATION_ERROR", "a row does not fit the view"],
  ["54", "VALIDATION_ERROR", "a value is too large for the database"],
  ["P0", "VALIDATION_ERROR", "a function or trigger refused it"],
  ["28", "UNAUTHORIZED", "the credentials were refused"],
  ["42501", "FORBIDDEN", "the user may not do this"],
  [
    "42",
    "CONFIGURATION_ERROR",
    "the statement does not fit the database: its syntax, or a table, column or type in it",
  ],
  [
    "42P18",
    "CONFIGURATION_ERROR",
    "the type of a placeholder does not follow from its position: write it after the placeholder, as in {{name}}::text",
  ],
  [
    "42725",
    "CONFIGURATION_ERROR",
    "a function or operator is not unique for its values: write their types after them, as in {{name}}::text",
  ],
  ["3D", "CONFIGURATION_ERROR", "there is no such database"],
  ["3F", "CONFIGURATION_ERROR", "there is no such schema"],
  ["0A", "CONFIGURATION_ERROR", "the database does not support this"],
  ["08P01", "CONFIGURATION_ERROR", "the statement's placeholders do not fit it"],
  ["08", "CONNECTION_ERROR", "the connection failed"],
  ["40", "SERVICE_UNAVAILABLE", "a deadlock or a conflict with another transaction"],
  ["55P03", "SERVICE_UNAVAILABLE", "a lock could not be acquired"],
  ["55", "CONFIGURATION_ERROR", "an object is not in the state that the statement needs"],
  ["25006", "SERVICE_UNAVAILABLE", "the server is read-only for now"],
  ["53", "SERVICE_UNAVAILABLE", "the server has no connection, memory or disk left"],
  ["57014", "TIMEOUT", "the statement took too long"],
  ["57", "SERVICE_UNAVAILABLE", "the server is starting, stopping or was taken over"],
  ["58", "SERVICE_UNAVAILABLE", "the server's system failed"],
];

const sqlState = /^[0-9A-Z]{5}$/;

/** Whether the error has a SQLSTATE: then the server has answered, and the connection is still usable (except after `endsConnection`). */
export const isPostgresAnswer = (error: unknown): boolean =>
  sqlState.test(driverErrorCode(error)) && "severity" in (error as object);

/** After these errors the server has closed the connection, or no longer accepts writes. */
export const endsConnection = (error: unknown): boolean => /^(57P|08|25006)/.test(driverErrorCode(error));

export const postgresFault: FaultOf = (error, reference) => {
  if (error instanceof JobError) return error;
  if (isPostgresAnswer(error)) return postgresServerFault(error as PostgresAnswer);
  const known = networkFault(error, reference);
  if (known) return known;
  const { message = "" } = (error ?? {}) as Partial<Error>;
  if (message.startsWith("SASL") || /password/i.test(message)) {
    return databaseFault("UNAUTHORIZED", `PostgreSQL did not accept the user and password in ${reference}.`);
  }
  if (message.includes("does not support SSL")) {
    return databaseFault(
      "CONFIGURATION_ERROR",
      `The server in ${reference} does not offer the TLS that its URL asks for.`,
    );
  }
  if (/terminated|timeout|closed|not queryable/i.test(message)) {
    return databaseFault("CONNECTION_ERROR", "The connection to PostgreSQL was lost.");
  }
  return databaseFault("PROVIDER_ERROR", "PostgreSQL's client failed.");
};

interface PostgresAnswer {
  code: string;
  table?: string;
  column?: string;
  constraint?: string;
}

function postgresServerFault({ code, table, column, constraint }: PostgresAnswer): JobError {
  const [, meaning = "PROVIDER_ERROR", what = "the server failed"] =
    sqlStates.toSorted(([a], [b]) => b.length - a.length).find(([prefix]) => code.startsWith(prefix)) ?? [];
  const where = [table && `table ${table}`, column && `column ${column}`, constraint && `constraint ${constraint}`];
  const named = where.filter(Boolean).join(", ");
  return databaseFault(meaning, `PostgreSQL: ${what}${named === "" ? "" : ` (${named})`}; SQLSTATE ${code}.`, code);
}
