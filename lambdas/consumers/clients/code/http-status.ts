import { type SentCall, tokensIn } from "../http/echoes.ts";
import { codeOfJson, isJsonType, parseAnswer } from "../http/failure-code.ts";
import { shownCode, type UsedCredentials } from "../http/shown-answer.ts";
import { statusError } from "../http/status.ts";
import type { HttpAnswer } from "./http-post.ts";

/** The failure for a status other than 2xx. Of the body only its code is kept, unless that is something of what was sent. */
export function statusFault(
  { status, headers, body, isBroken = false }: HttpAnswer,
  now: number,
  {
    sent,
    used = new Set(),
    accepted,
  }: { sent: readonly SentCall[]; used?: UsedCredentials; accepted?: string | undefined },
) {
  if (status >= 200 && status < 300) return undefined;
  const message =
    status >= 300 && status < 400
      ? `The function answered with a redirect (${status}), which is not followed.`
      : `The function answered with status ${status}.`;
  const isJson = isJsonType(headers["content-type"]) && !isBroken;
  const credentials = [...used, ...sent.flatMap(tokensIn)];
  const answer = { status, headers: Object.entries(headers), body, isCut: isBroken, credentials };
  const providerCode = shownCode(isJson ? codeOfJson(parseAnswer(body), status, sent) : undefined, status, used);
  return statusError({ status, headers: new Headers(headers) }, now, { message, providerCode, accepted, answer });
}
