import { type FaultTable, faultBy, type Meaning, refusalMeaning, refusals } from "../../clients/fault-table.ts";

const noBucket: Meaning = ["CONFIGURATION_ERROR", "The storage's bucket does not exist."];
const elsewhere: Meaning = ["CONFIGURATION_ERROR", "The storage's bucket is in another region: say which."];
const unknownCredentials: Meaning = ["UNAUTHORIZED", "The storage does not know these credentials."];
const throttled: Meaning = ["RATE_LIMITED", "The storage throttled the call."];
const tooLarge: Meaning = ["VALIDATION_ERROR", "The file is larger than the storage accepts."];

const refused = refusals({
  NoSuchBucket: noBucket,
  ContainerNotFound: noBucket,
  ContainerBeingDeleted: noBucket,
  PermanentRedirect: elsewhere,
  AuthorizationHeaderMalformed: elsewhere,
  InvalidAccessKeyId: unknownCredentials,
  SignatureDoesNotMatch: unknownCredentials,
  AuthenticationFailed: unknownCredentials,
  invalid_grant: unknownCredentials,
  CredentialsProvider: ["CONFIGURATION_ERROR", "This consumer has no AWS credentials."],
  SlowDown: throttled,
  ServerBusy: throttled,
  Throttling: throttled,
  EntityTooLarge: tooLarge,
  RequestBodyTooLarge: tooLarge,
});

const named: FaultTable["named"] = {
  ...refused,
  ConditionalRequestConflict: ["SERVICE_UNAVAILABLE", "Another write of the same file was in progress."],
};

function storageMeaningOf(status: number | undefined): Meaning {
  if (status === undefined) return ["CONNECTION_ERROR", "The connection to the storage failed."];
  // The file may have been stored; the next attempt then replaces it with the same one.
  if (status < 300) return ["SERVICE_UNAVAILABLE", "The storage's response cannot be read."];
  if (status === 301) return elsewhere;
  if (status === 401) return refusalMeaning(unknownCredentials);
  if (status === 403) return refusalMeaning(["FORBIDDEN", "The storage does not allow this write."]);
  if (status === 404) return refusalMeaning(noBucket);
  if (status === 408) return ["TIMEOUT", "The storage did not wait for the file."];
  if (status === 413) return refusalMeaning(tooLarge);
  if (status === 429) return refusalMeaning(throttled);
  if (status >= 500) return ["SERVICE_UNAVAILABLE", "The storage could not accept the file at the moment."];
  return ["PROVIDER_ERROR", `The storage refused the file with ${status}.`];
}

/** The errors of all vendors. */
export const storageFaults: FaultTable = { named, byStatus: storageMeaningOf };
export const storageFault = (cause: unknown) => faultBy(storageFaults, cause);
