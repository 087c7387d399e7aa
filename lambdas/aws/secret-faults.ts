import { JobError } from "../core/errors.ts";
import { type Reference, referenceName } from "../core/references.ts";
import { isPermanent } from "./refusal.ts";

/** By name, not by class: the classes would load both clients. */
const absent = ["ResourceNotFoundException", "ParameterNotFound"];
const denied = ["AccessDeniedException", "AccessDenied", "DecryptionFailure", "InvalidKeyId"];
/** What Secrets Manager answers for a secret that is scheduled for deletion. */
const unreadable = ["InvalidRequestException"];

/** What a failed read of a reference means for the job: the catalog's or the account's fault, or AWS's for now. */
export function secretFault(reference: Reference, cause: unknown): JobError {
  const name = referenceName(reference);
  const error = cause instanceof Error ? cause.name : "";
  const misconfigured = (what: string) => new JobError("CONFIGURATION_ERROR", `${name} ${what}`, { cause });
  if (absent.includes(error))
    return misconfigured(`does not exist: create ${whatToCreate(reference)} in this account.`);
  if (denied.includes(error)) {
    return misconfigured("may not be read by this function's role: deploy the catalog again, and allow its KMS key.");
  }
  if (unreadable.includes(error)) return misconfigured("cannot be read: restore it if it is scheduled for deletion.");
  if (isPermanent(cause)) return misconfigured("is no name that AWS takes: mend it in the catalog.");
  return new JobError("SERVICE_UNAVAILABLE", `${name} could not be read for now.`, { cause });
}

const whatToCreate = (reference: Reference): string =>
  "$parameter" in reference
    ? `the SSM parameter "${reference.$parameter}"`
    : `the Secrets Manager secret "${reference.$secret}"`;
