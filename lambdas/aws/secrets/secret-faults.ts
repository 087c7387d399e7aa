import { type Reference, referenceName } from "../../core/catalog/references.ts";
import { JobError } from "../../core/job/job-error.ts";
import { isPermanent } from "../client/aws-errors.ts";

/** Errors are matched by name and not by class, since the classes would load both clients. */
const absent = ["ResourceNotFoundException", "ParameterNotFound"];
/** AWS also denies access to an absent secret: its name does not match the granted ARN, which ends with six more characters. */
const denied = ["AccessDeniedException", "AccessDenied"];
const locked = ["DecryptionFailure", "InvalidKeyId"];
/** The error of Secrets Manager for a secret that is scheduled for deletion. */
const unreadable = ["InvalidRequestException"];

/**
 * The job's error for a reference that could not be read, without which nothing was sent: a configuration error, or a failure of AWS for
 * now.
 */
export function secretFault(reference: Reference, cause: unknown, hint?: string): JobError {
  const name = referenceName(reference);
  const error = cause instanceof Error ? cause.name : "";
  const misconfigured = (what: string) =>
    new JobError("CONFIGURATION_ERROR", withHint(`${name} ${what}`, hint), { cause, nothingDone: true });
  const create = `create ${whatToCreate(reference)} in this account and Region`;
  if (absent.includes(error)) return misconfigured(`does not exist: ${create}.`);
  if (denied.includes(error)) {
    const grant = "deploy the catalog again, and allow its KMS key";
    return misconfigured(`may not exist, or may not be read by this function's role: ${create}, ${grant}.`);
  }
  if (locked.includes(error)) {
    return misconfigured("cannot be decrypted by this function's role: allow its KMS key.");
  }
  if (unreadable.includes(error)) return misconfigured("cannot be read: restore it if it is scheduled for deletion.");
  if (isPermanent(cause)) return misconfigured("is not a name that AWS accepts: correct it in the catalog.");
  return new JobError("SERVICE_UNAVAILABLE", `${name} could not be read for now.`, { cause, nothingDone: true });
}

/** Appends the deployment's hint about where its values are. */
export const withHint = (fault: string, hint: string | undefined): string =>
  hint === undefined ? fault : `${fault} ${hint}`;

const whatToCreate = (reference: Reference): string =>
  "$parameter" in reference
    ? `the SSM parameter "${reference.$parameter}"`
    : `the Secrets Manager secret "${reference.$secret}"`;
