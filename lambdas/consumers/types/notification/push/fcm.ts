import { JobError } from "../../../../core/job/job-error.ts";
import type { Execution } from "../../../../core/operations/execution.ts";
import { acceptedFor, exchange, requestsFor } from "../../../clients/http/exchange.ts";
import { firstOwn } from "../../../clients/http/failure-code.ts";
import { readJson } from "../../../clients/http/read-body.ts";
import { secureUrlOf } from "../../../clients/http/settings.ts";
import { shownId } from "../../../clients/http/shown-answer.ts";
import { statusError } from "../../../clients/http/status.ts";
import { withToken } from "../../../clients/http/tokens.ts";
import { buildUrl } from "../../../clients/http/url.ts";
import { fanOut, type SendOutcome } from "../fan-out.ts";
import type { PushTarget } from "../target.ts";
import type { Push, SendPush } from "./push.ts";
import { serviceAccountOf, serviceAccountSource } from "./service-account.ts";

const scope = "https://www.googleapis.com/auth/firebase.messaging";

/**
 * Sends by Firebase Cloud Messaging (HTTP v1), one request per device.
 * https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send
 */
export const sendFcm: SendPush<Extract<PushTarget, { provider: "fcm" }>> = async (execution, setting, push) => {
  const { secrets, signal, clock, log } = execution;
  const account = await serviceAccountOf(secrets, setting.service_account);
  const endpoint = await secureUrlOf(secrets, setting.endpoint ?? "https://fcm.googleapis.com", "The FCM endpoint");
  const url = buildUrl(endpoint, "/v1/projects/:project/messages:send", { project: account.project_id }, {});
  const source = serviceAccountSource(account, scope, () => clock.now());
  return fanOut({
    recipients: push.tokens,
    before: push.before,
    batchSize: 1,
    concurrency: 20,
    signal,
    log,
    send: async ([device = ""]) => {
      const body = JSON.stringify({ message: fcmMessageFor(device, push) });
      const response = await withToken(
        execution,
        source,
        (token) => exchange({ method: "POST", url, headers: jsonHeaders(token), body }, signal, execution),
        async (refused) => !(await isThirdParty(refused.clone(), signal)),
      );
      return [await pushOutcomeOf(response, execution)];
    },
  });
};

const jsonHeaders = (token: string) =>
  new Headers({ authorization: `Bearer ${token}`, "content-type": "application/json" });

/** FCM requires `data` to be a map of strings. */
const fcmMessageFor = (token: string, { title, body, data }: Push) => ({
  token,
  notification: { title, body },
  ...(data && { data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, dataText(value)])) }),
});

const dataText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

interface FcmError {
  status?: string;
  message?: string;
  details?: { errorCode?: string; fieldViolations?: { field?: string }[] }[];
}

/** Whether a 401 is not about this request's token, but about the credentials that FCM has for APNs or web push. */
async function isThirdParty(response: Response, signal: AbortSignal): Promise<boolean> {
  const answer = (await readJson(response, signal)) as { error?: FcmError } | undefined;
  return fcmCodesOf(answer?.error).includes(thirdParty);
}

const thirdParty = "THIRD_PARTY_AUTH_ERROR";

async function pushOutcomeOf(response: Response, { signal, clock }: Execution): Promise<SendOutcome> {
  const answer = (await readJson(response, signal, { keepsPart: response.ok })) as
    | { name?: string; error?: FcmError }
    | undefined;
  if (response.ok) return { id: shownId(answer?.name, requestsFor(response)) };
  const dead = deadTokenReason(response.status, answer?.error ?? {});
  if (dead) return { dead };
  if (fcmCodesOf(answer?.error).includes(thirdParty)) {
    // The other devices, which may be of another platform, are not affected.
    return new JobError("CONFIGURATION_ERROR", "FCM has no valid APNs or web push credentials for the app.", {
      providerCode: thirdParty,
    });
  }
  const providerCode = firstOwn([...fcmCodesOf(answer?.error), answer?.error?.status], requestsFor(response));
  return statusError(response, clock.now(), { who: "FCM", providerCode, accepted: acceptedFor(response) });
}

const fcmCodesOf = ({ details = [] }: FcmError = {}) => details.map(({ errorCode }) => errorCode);

/**
 * FCM's name of the reason why a device is not to be tried again. A 404 that is not FCM's own, such as a proxy's, says nothing
 * about the device, and an INVALID_ARGUMENT may be about the message.
 */
function deadTokenReason(status: number, { status: name, message, details = [] }: FcmError): string | undefined {
  const codes = fcmCodesOf({ details });
  if (codes.includes("UNREGISTERED") || (status === 404 && name === "NOT_FOUND")) return "UNREGISTERED";
  const aboutToken =
    details.some(({ fieldViolations }) => fieldViolations?.some(({ field }) => field === "message.token")) ||
    (codes.includes("INVALID_ARGUMENT") && /registration token/i.test(message ?? ""));
  return status === 400 && aboutToken ? "INVALID_ARGUMENT" : undefined;
}
