import { JobError } from "../../../core/errors.ts";
import type { Execution } from "../../../core/job-type.ts";
import { discard, exchange, type HttpRequest } from "../../http/exchange.ts";
import { setHeader } from "../../http/headers.ts";
import { readJson } from "../../http/read-body.ts";
import { secureUrlOf } from "../../http/settings.ts";
import { statusError } from "../../http/status.ts";
import { buildUrl } from "../../http/url.ts";
import { fanOut, type Outcome } from "../fan-out.ts";
import type { PushTarget } from "../target.ts";
import type { Push, SendPush } from "./push.ts";

/** The shapes of a push token; one malformed token would fail the whole batch it is in. */
const tokenShape = /^(Expo(nent)?PushToken\[.+\]|[a-z\d]{8}-[a-z\d]{4}-[a-z\d]{4}-[a-z\d]{4}-[a-z\d]{12})$/i;

/**
 * The Expo push service: a request takes 100 messages and answers a ticket for each, in order.
 * https://docs.expo.dev/push-notifications/sending-notifications/
 */
export const sendExpo: SendPush<Extract<PushTarget, { provider: "expo" }>> = async (execution, setting, push) => {
  const { secrets, signal, log } = execution;
  const endpoint = await secureUrlOf(secrets, setting.endpoint ?? "https://exp.host", "The Expo endpoint");
  const url = buildUrl(endpoint, "/--/api/v2/push/send", {}, {});
  const headers = new Headers({ accept: "application/json", "content-type": "application/json" });
  if (setting.access_token) {
    const token = await secrets.resolve(setting.access_token);
    setHeader(headers, "authorization", `Bearer ${token}`, "CONFIGURATION_ERROR", "The Expo access token");
  }
  const post = (tokens: string[]): HttpRequest => ({
    method: "POST",
    url,
    headers,
    body: JSON.stringify(tokens.map((to) => messageFor(to, push))),
  });
  return fanOut({
    recipients: push.tokens,
    before: push.before,
    batchSize: 100,
    // Expo's own SDK opens as many.
    concurrency: 6,
    signal,
    log,
    send: async (batch) => {
      const usable = batch.filter((token) => tokenShape.test(token));
      const outcomes = usable.length === 0 ? [] : await outcomesOf(execution, await exchange(post(usable), signal));
      const byToken = new Map(usable.map((token, i) => [token, outcomes[i] ?? noTicket()]));
      return batch.map((token) => byToken.get(token) ?? { dead: "InvalidToken" });
    },
  });
};

const messageFor = (to: string, { title, body, data }: Push) => ({ to, title, body, ...(data && { data }) });

interface Ticket {
  status?: string;
  id?: string;
  details?: { error?: string };
}

async function outcomesOf({ signal, clock }: Execution, response: Response): Promise<Outcome[]> {
  if (!response.ok) {
    await discard(response);
    throw statusError(response, clock.now(), { who: "Expo" });
  }
  const answer = (await readJson(response, signal)) as { data?: Ticket[] } | undefined;
  if (!Array.isArray(answer?.data)) throw noTicket();
  return answer.data.map(outcomeOf);
}

const noTicket = () => new JobError("PROVIDER_ERROR", "Expo answered without a ticket.");

function outcomeOf({ status, id, details }: Ticket): Outcome {
  if (status === "ok") return { id: String(id ?? "") };
  switch (details?.error) {
    case "DeviceNotRegistered":
      return { dead: "DeviceNotRegistered" };
    case "MessageRateExceeded":
      return new JobError("RATE_LIMITED", "Expo limits the rate of messages to this device (MessageRateExceeded).");
    case "MessageTooBig":
      return new JobError("VALIDATION_ERROR", "The message is larger than Expo takes (MessageTooBig).");
    case "InvalidCredentials":
      return new JobError("UNAUTHORIZED", "Expo has no valid push credentials for the app (InvalidCredentials).");
    case "MismatchSenderId":
      return new JobError("FORBIDDEN", "The device belongs to another sender (MismatchSenderId).");
    default:
      return new JobError("PROVIDER_ERROR", "Expo refuses the message.", { retryable: false });
  }
}
