import { JobError } from "../../core/errors.ts";
import { parseExactly } from "../../core/exact-json.ts";
import type { Execution } from "../../core/job-type.ts";
import { isSmallJson } from "../../core/json-values.ts";
import { isReference, referenceName } from "../../core/references.ts";
import { urlFault } from "../../core/url.ts";
import { shownHeaders } from "../http/headers.ts";
import { isBinary, maxResponseBytes } from "../http/read-body.ts";
import { type HttpAnswer, post } from "./http-post.ts";
import { statusFault } from "./http-status.ts";
import type { LambdaClients } from "./lambda.ts";
import { signed } from "./sign.ts";
import type { HttpCallee } from "./target.ts";

/** What an HTTP function's job results in. The body is parsed where it is JSON; what is not text is base64. */
export interface HttpResult {
  status: number;
  /** Without cookies and credentials. */
  headers: Record<string, string>;
  body: unknown;
  /** `base64` of what is no text, `json` of JSON that is too large to be taken apart: then the body is its text. */
  body_encoding?: "base64" | "json";
}

type Call = Pick<Execution, "idempotencyKey" | "signal" | "secrets" | "clock" | "room">;

/** POSTs the payload; resolves with the answer if its status is 2xx. Redirects are not followed. */
export async function callHttp(clients: LambdaClients, callee: HttpCallee, payload: string, call: Call) {
  const { idempotencyKey, signal, clock, room } = call;
  const url = await urlOf(callee, call);
  const headers = {
    "content-type": "application/json",
    accept: "application/json, */*;q=0.5",
    "user-agent": "ductape-jobs",
    "idempotency-key": idempotencyKey,
  };
  const request = { url, headers, body: payload };
  const authorized = await authorize(clients, callee, request, call);
  const answer = await post(url, { headers: authorized, body: payload, largest: maxResponseBytes, signal, room });
  const fault = statusFault(answer, clock.now());
  if (fault) throw fault;
  return resultOf(answer);
}

async function urlOf({ url }: HttpCallee, { secrets }: Call): Promise<URL> {
  const text = isReference(url) ? (await secrets.resolve(url)).trim() : url;
  const fault = urlFault(text, { plainLoopback: true });
  if (fault === undefined) return new URL(text);
  throw new JobError(
    "CONFIGURATION_ERROR",
    `${isReference(url) ? referenceName(url) : "The function's url"} ${fault}.`,
  );
}

interface Request {
  url: URL;
  headers: Record<string, string>;
  body: string;
}

async function authorize(clients: LambdaClients, { auth }: HttpCallee, request: Request, { secrets, clock }: Call) {
  if (auth.type === "iam") return signed(clients, request, auth.region, new Date(clock.now()));
  if (auth.type === "none") return request.headers;
  const token = (await secrets.resolve(auth.token)).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return { ...request.headers, authorization: `Bearer ${token}` };
  throw new JobError("CONFIGURATION_ERROR", `${referenceName(auth.token)} is not a bearer token.`);
}

function resultOf({ status, headers: all, body }: HttpAnswer): HttpResult {
  return { status, headers: shownHeaders(Object.entries(all)), ...bodyOf(body, all["content-type"] ?? "") };
}

/** A function that succeeded has done its work: an answer that we cannot parse is kept as it is, not tried again. */
function bodyOf(bytes: Buffer, type: string): Pick<HttpResult, "body" | "body_encoding"> {
  if (bytes.byteLength === 0) return { body: null };
  let text: string;
  try {
    if (isBinary(bytes)) throw new TypeError("no text");
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { body: bytes.toString("base64"), body_encoding: "base64" };
  }
  if (!/^application\/(.+\+)?json\b/i.test(type)) return { body: text };
  if (!isSmallJson(bytes)) return { body: text, body_encoding: "json" };
  try {
    return { body: parseExactly(text) };
  } catch {
    return { body: text };
  }
}
