import { JobError } from "../../../../core/job/job-error.ts";
import type { Execution } from "../../../../core/operations/execution.ts";
import { acceptedFor, exchange, type OutgoingRequest, requestsFor } from "../../../clients/http/exchange.ts";
import { codeOfJson, firstOwn } from "../../../clients/http/failure-code.ts";
import { setHeader } from "../../../clients/http/headers.ts";
import { readJson } from "../../../clients/http/read-body.ts";
import { secureUrlOf } from "../../../clients/http/settings.ts";
import { shownId } from "../../../clients/http/shown-answer.ts";
import { statusError } from "../../../clients/http/status.ts";
import { buildUrl } from "../../../clients/http/url.ts";
import { asJobError } from "../failures.ts";
import { fanOut, type SendOutcome } from "../fan-out.ts";
import type { PushTarget } from "../target.ts";
import type { Push, SendPush } from "./push.ts";

/** The forms of a push token. A single malformed token would fail its whole batch. */
const tokenShape = /^(Expo(nent)?PushToken\[.+\]|[a-z\d]{8}-[a-z\d]{4}-[a-z\d]{4}-[a-z\d]{4}-[a-z\d]{12})$/i;

/**
 * Sends by the Expo push service: a request has up to 100 messages, and the answer a ticket for each, in order.
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
  const post = (tokens: string[]): OutgoingRequest => ({
    method: "POST",
    url,
    headers,
    body: JSON.stringify(tokens.map((to) => expoMessageFor(to, push))),
  });
  return fanOut({
    recipients: push.tokens,
    before: push.before,
    batchSize: 100,
    // As many as Expo's own SDK sends at the same time.
    concurrency: 6,
    signal,
    log,
    send: async (batch) => {
      const usable = batch.filter((token) => tokenShape.test(token));
      const outcomes = await ticketOutcomesOf(execution, usable, (tokens) => exchange(post(tokens), signal, execution));
      return batch.map((token) => outcomes.get(token) ?? { dead: "InvalidToken" });
    },
  });
};

const expoMessageFor = (to: string, { title, body, data }: Push) => ({ to, title, body, ...(data && { data }) });

interface Ticket {
  status?: string;
  id?: string;
  details?: { error?: string };
}

type Outcomes = Map<string, SendOutcome>;
type Post = (tokens: string[]) => Promise<Response>;

async function ticketOutcomesOf(execution: Execution, tokens: string[], post: Post): Promise<Outcomes> {
  if (tokens.length === 0) return new Map();
  const response = await post(tokens);
  const answer = (await readJson(response, execution.signal, { keepsPart: response.ok })) as ExpoAnswer | undefined;
  const accepted = acceptedFor(response);
  const projects = response.ok || accepted ? undefined : projectsIn(answer, tokens);
  if (projects) return oneByOne(execution, projects, post);
  if (!response.ok) {
    const providerCode = codeOfJson(answer, response.status, requestsFor(response));
    throw statusError(response, execution.clock.now(), { who: "Expo", providerCode, accepted });
  }
  const tickets = Array.isArray(answer?.data) ? answer.data : undefined;
  if (!tickets) throw noTicket();
  return new Map(tokens.map((token, i) => [token, tickets[i] ? ticketOutcomeOf(tickets[i], response) : noTicket()]));
}

interface ExpoAnswer {
  data?: Ticket[];
  errors?: { code?: string; details?: Record<string, unknown> }[];
}

/**
 * The tokens by project, if Expo refuses a request because its tokens belong to several projects, and names these. Undefined if
 * the reason is another, or if all tokens would still be in one group.
 */
function projectsIn(answer: ExpoAnswer | undefined, tokens: string[]): string[][] | undefined {
  const errors = Array.isArray(answer?.errors) ? answer.errors : [];
  const error = errors.find(({ code }) => code === "PUSH_TOO_MANY_EXPERIENCE_IDS");
  const named = Object.values(error?.details ?? {}).map((list) => new Set(Array.isArray(list) ? list : []));
  const groups = [
    ...named.map((group) => tokens.filter((token) => group.has(token))),
    tokens.filter((token) => !named.some((group) => group.has(token))),
  ].filter((group) => group.length > 0);
  return groups.length > 1 ? groups : undefined;
}

/** Sends one request per project. The failure of one does not affect the others. */
async function oneByOne(execution: Execution, projects: string[][], post: Post): Promise<Outcomes> {
  const all: Outcomes = new Map();
  for (const tokens of projects) {
    const outcomes = await ticketOutcomesOf(execution, tokens, post).catch((cause) => {
      const error = asJobError(cause, execution.log);
      return new Map<string, SendOutcome>(tokens.map((token) => [token, error]));
    });
    for (const [token, outcome] of outcomes) all.set(token, outcome);
  }
  return all;
}

/** An answer of success that says nothing of a message: sending it again might bring it twice. */
const noTicket = () =>
  new JobError("PROVIDER_ERROR", "Expo answered without a ticket.", { retryable: false, nothingDone: false });

function ticketOutcomeOf({ status, id, details }: Ticket, response: Response): SendOutcome {
  if (status === "ok") return { id: shownId(id, requestsFor(response)) };
  const providerCode = firstOwn([details?.error], requestsFor(response));
  switch (details?.error) {
    case "DeviceNotRegistered":
      return { dead: "DeviceNotRegistered" };
    case "MessageRateExceeded":
      return new JobError("RATE_LIMITED", "Expo limits the rate of messages to this device (MessageRateExceeded).", {
        nothingDone: true,
        providerCode,
      });
    case "MessageTooBig":
      return new JobError("VALIDATION_ERROR", "The message is larger than Expo accepts (MessageTooBig).", {
        nothingDone: true,
        providerCode,
      });
    case "InvalidCredentials":
      return new JobError("UNAUTHORIZED", "Expo has no valid push credentials for the app (InvalidCredentials).", {
        nothingDone: true,
        providerCode,
      });
    case "MismatchSenderId":
      return new JobError("FORBIDDEN", "The device belongs to another sender (MismatchSenderId).", {
        nothingDone: true,
        providerCode,
      });
    default:
      return new JobError("PROVIDER_ERROR", "Expo refuses the message.", { retryable: false, providerCode });
  }
}
