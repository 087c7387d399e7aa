import { JobError } from "../../../../core/job/job-error.ts";

/** What every fault of an engine is made from: its name for messages, and what the driver threw. */
export type FaultOf = (error: unknown, reference: string) => JobError;

/**
 * Faults are told in our own words, from codes and the names of tables, columns and constraints. A driver's message
 * quotes values and statements, so it is neither repeated nor kept as the cause.
 */
export const fault = (code: ConstructorParameters<typeof JobError>[0], message: string, retryable?: boolean) =>
  new JobError(code, message, retryable === undefined ? {} : { retryable });

export const codeOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
};

const tls = /^(CERT_|ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO|HANDSHAKE_NO_SSL)/;
const lost =
  /^(E(CONNREFUSED|CONNRESET|CONNABORTED|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN|ADDRNOTAVAIL)|PROTOCOL_.*|ERR_(STREAM|SOCKET)_.*)$/;

const unreadable = /^(ERR_INVALID_.*|ENOENT|URI_MALFORMED)$/;

/** Names the reference: what the URL looks like is its owner's secret. */
export const unreadableUrl = (reference: string, form = "engine://user:password@host:port/database"): JobError =>
  fault("CONFIGURATION_ERROR", `The connection URL in ${reference} cannot be read; it has the form ${form}.`);

/** What a socket, a name look-up or TLS failed with; undefined if it was none of them. */
export function networkFault(error: unknown, reference: string): JobError | undefined {
  const code = codeOf(error);
  if (tls.test(code)) {
    return fault(
      "CONFIGURATION_ERROR",
      `TLS with the database in ${reference} failed (${code}); see the URL's TLS settings.`,
    );
  }
  if (unreadable.test(code)) return unreadableUrl(reference);
  if (lost.test(code)) return fault("CONNECTION_ERROR", `The connection to the database failed (${code}).`);
  return undefined;
}
