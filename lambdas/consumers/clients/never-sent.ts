interface SystemError {
  code?: unknown;
  syscall?: unknown;
  errors?: unknown;
  cause?: unknown;
}

/** The system's codes for a connection that was never made. A connection that was lost may have carried everything. */
export const neverConnected = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/;

/** The codes of a certificate that was not accepted, which is before anything is sent (`X509_verify_cert_error_string` of OpenSSL, and Node's own). */
export const certificateRefused =
  /^(CERT_\w+|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|GET_ISSUER_CERT_LOCALLY|VERIFY_LEAF_SIGNATURE)|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)$/;

/** Whether an error of a connection, or each of those inside of it, says that nothing was ever sent. */
export function neverSent(error: unknown, depth = 0): boolean {
  if (typeof error !== "object" || error === null || depth > 8) return false;
  const { code, syscall, errors, cause } = error as SystemError;
  if (Array.isArray(errors) && errors.length > 0) return errors.every((one) => neverSent(one, depth + 1));
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof code === "string" && (neverConnected.test(code) || certificateRefused.test(code))) return true;
  return neverSent(cause, depth + 1);
}
