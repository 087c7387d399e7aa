import { changedError, JobError, provenUndone } from "../../../../core/job/job-error.ts";

/** Makes faults of network errors that an engine's driver threw. Messages name the reference. */
export type FaultOf = (error: unknown, reference: string) => JobError;

/**
 * Messages are made from codes and the names of tables, columns and constraints. A driver's own message quotes values
 * and statements, so it is neither repeated nor kept as the cause.
 */
export const databaseFault = (
  code: ConstructorParameters<typeof JobError>[0],
  message: string,
  providerCode?: string,
) =>
  new JobError(code, message, {
    providerCode,
    nothingDone: refusesToBegin(code, providerCode),
  });

/**
 * Whether a server refuses to begin: it does not let this user do it, has no connection left, is starting, or takes no writes. After
 * any other fault, such as a deadlock or a shutdown, the same database must be asked again. MongoDB's driver sends a write again after
 * a lost answer, so a server that is not the primary does not say what another one has done.
 */
const refusesToBegin = (code: string, providerCode = ""): boolean =>
  code === "UNAUTHORIZED" ||
  code === "FORBIDDEN" ||
  (code === "SERVICE_UNAVAILABLE" &&
    /^(53300|57P03|25006|ER_CON_COUNT_ERROR|ER_TOO_MANY_USER_CONNECTIONS|ER_OPTION_PREVENTS_STATEMENT|ER_READ_ONLY_MODE)$/.test(
      providerCode,
    ));

/** What failed while a connection was made, which is before a statement is sent. */
export class Unconnected extends Error {}

/** Makes faults with `faultOf`, and knows of those of a connection that was not made that nothing was done. */
export const withUnconnected =
  (faultOf: FaultOf): FaultOf =>
  (error, reference) =>
    error instanceof Unconnected
      ? (provenUndone(faultOf(error.cause, reference)) as JobError)
      : faultOf(error, reference);

/** Makes faults of what may have committed a part of its work, as a procedure may: what the server refuses of the rest proves nothing. */
export const unproven =
  (faultOf: FaultOf): FaultOf =>
  (error, reference) =>
    changedError(faultOf(error, reference), { nothingDone: false });

export const driverErrorCode = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
};

const tls = /^(CERT_|ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO|HANDSHAKE_NO_SSL)/;
const lost =
  /^(E(CONNREFUSED|CONNRESET|CONNABORTED|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN|ADDRNOTAVAIL)|PROTOCOL_.*|ERR_(STREAM|SOCKET)_.*)$/;

const unreadable = /^(ERR_INVALID_.*|ENOENT|URI_MALFORMED)$/;

/** Names the reference only: the URL is a secret. */
export const unreadableUrl = (reference: string, form = "engine://user:password@host:port/database"): JobError =>
  databaseFault("CONFIGURATION_ERROR", `The connection URL in ${reference} cannot be read; it has the form ${form}.`);

/** The failure of a socket, a name look-up or TLS; undefined for any other error. */
export function networkFault(error: unknown, reference: string): JobError | undefined {
  const code = driverErrorCode(error);
  if (tls.test(code)) {
    return databaseFault(
      "CONFIGURATION_ERROR",
      `TLS with the database in ${reference} failed (${code}); see the URL's TLS settings.`,
      code,
    );
  }
  if (unreadable.test(code)) return unreadableUrl(reference);
  if (lost.test(code))
    return databaseFault("CONNECTION_ERROR", `The connection to the database failed (${code}).`, code);
  return undefined;
}

/** Whether a failure proves that nothing was done, which an abort that has ended the wait does not. */
export const provesUndone = (error: unknown): boolean => error instanceof JobError && error.nothingDone;
