import { type FaultTable, type Meaning, refusalMeaning, refusals } from "../fault-table.ts";

const throttled: Meaning = refusalMeaning(["RATE_LIMITED", "Lambda throttled the call."]);
const notReady: Meaning = ["SERVICE_UNAVAILABLE", "The function is not ready to be invoked."];

/** The errors of the Invoke API, which refuse the call before the function runs. A status alone does not say whether it ran. */
export const lambdaFaults: FaultTable = {
  named: refusals({
    TooManyRequests: throttled,
    Throttling: throttled,
    ResourceNotFound: ["NOT_FOUND", "The function, or its version or alias, does not exist."],
    AccessDenied: ["FORBIDDEN", "This consumer's role may not invoke the function."],
    UnrecognizedClient: ["UNAUTHORIZED", "Lambda does not know this consumer's credentials."],
    RequestTooLarge: ["VALIDATION_ERROR", "The payload is larger than the function accepts."],
    InvalidRequestContent: ["VALIDATION_ERROR", "Lambda refused the payload."],
    ResourceConflict: notReady,
    ResourceNotReady: notReady,
    SnapStartNotReady: notReady,
    CodeArtifactUserPending: notReady,
    CredentialsProvider: ["CONFIGURATION_ERROR", "This consumer has no AWS credentials."],
  }),
  byStatus(status) {
    if (status === undefined) return ["CONNECTION_ERROR", "The connection to Lambda failed."];
    if (status >= 500) return ["SERVICE_UNAVAILABLE", "Lambda could not run the function at the moment."];
    if (status === 429) return throttled;
    if (status === 403) return refusalMeaning(["FORBIDDEN", "Lambda refused this consumer's credentials."]);
    return ["PROVIDER_ERROR", `Lambda refused the call with status ${status}.`];
  },
};
