import type { TextOrReference } from "../../../core/catalog/references.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import { authorizedExchange } from "./auth.ts";
import type { Auth, BodyType } from "./auth-schema.ts";
import { encodeBody, mergedBody } from "./body.ts";
import type { CallInput } from "./call-input.ts";
import { carriesCredentials } from "./credentials.ts";
import { acceptedFor, type OutgoingRequest } from "./exchange.ts";
import { failedAnswer, patienceOf } from "./failure-code.ts";
import { addTrace, mergeHeaders } from "./headers.ts";
import { secureUrlOf, settingUrl } from "./settings.ts";
import { shownCode, type UsedCredentials } from "./shown-answer.ts";
import { statusError } from "./status.ts";
import { buildUrl } from "./url.ts";

/** A call that the catalog describes and an input completes. */
interface HttpCall {
  method: string;
  base: TextOrReference;
  /** The name of the base in messages: `The base URL of app "shop"`. */
  baseName: string;
  /** Below the base; empty for the base itself. */
  path: string;
  auth: Auth | undefined;
  /** Whether other parts of the request may have credentials, so that the base must be secure. Default: no. */
  hasCredentials?: boolean;
  bodyType: BodyType | undefined;
  defaults: CallInput | undefined;
  input: CallInput;
  /** Gets the credentials that are sent. Default: nobody shows anything of the answer. */
  used?: UsedCredentials;
}

/** Sends a call and returns its response if that is a success; otherwise throws the JobError that its status stands for. */
export async function sendCall(execution: Execution, call: HttpCall): Promise<Response> {
  const request = await callRequestOf(execution, call);
  const { used = new Set() } = call;
  const response = await authorizedExchange(execution, call.auth ?? { type: "none" }, request, used);
  if (response.ok) return response;
  const { code, answer } = await failedAnswer(response, patienceOf(execution));
  const providerCode = shownCode(code, response.status, used);
  throw statusError(response, execution.clock.now(), {
    providerCode,
    accepted: acceptedFor(response),
    answer: { ...answer, credentials: [...answer.credentials, ...used] },
  });
}

async function callRequestOf({ secrets, idempotencyKey, trace }: Execution, call: HttpCall): Promise<OutgoingRequest> {
  const { defaults = {}, input } = call;
  const baseOf = carriesCredentials(call.auth) || call.hasCredentials ? secureUrlOf : settingUrl;
  const url = buildUrl(
    await baseOf(secrets, call.base, call.baseName),
    call.path,
    { ...defaults.params, ...input.params },
    input.query ?? {},
    defaults.query,
  );
  const headers = mergeHeaders(defaults.headers, input.headers);
  // A caller's own key guards what it stands for, such as an order, whichever jobs ask for it.
  if (!headers.has("idempotency-key")) headers.set("idempotency-key", idempotencyKey);
  addTrace(headers, trace);
  const body = mergedBody(defaults.body, input.body);
  if (body === undefined) return { method: call.method, url, headers };
  if (call.method === "GET") throw new JobError("VALIDATION_ERROR", "A GET request has no body.");
  const { text, contentType } = encodeBody(body, call.bodyType ?? "json");
  if (!headers.has("content-type")) headers.set("content-type", contentType);
  return { method: call.method, url, headers, body: text };
}
