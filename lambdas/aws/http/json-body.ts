import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { parse } from "secure-json-parse";
import { RequestError } from "../../core/requests/request-error.ts";
import { requestReviver } from "../../core/schema/exact-json.ts";
import { largestRequest, sentBytes } from "../../core/schema/sizes.ts";

/**
 * Bytes within the event, where each quote and backslash of a JSON body counts twice. It is less than what Lambda takes, so
 * that the answer near the limit is ours: beyond that API Gateway answers 413 in words of its own.
 */
export const largestInEvent = 6_000_000;

const mediaType = /^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i;

/**
 * Parses the body of a POST, whose limit is ours to say: beyond it Lambda would fail without a word. Without a body there
 * is no media type to ask for: a route whose body is optional takes none, and the schema of any other refuses it.
 */
export const jsonBody = (): MiddlewareObj<APIGatewayProxyEventV2> => ({
  before: ({ event }) => {
    const { body, headers, isBase64Encoded } = event;
    delete event.body;
    if (event.requestContext.http.method !== "POST" || !body) return;
    if ((headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
      throw new RequestError("UNSUPPORTED_MEDIA_TYPE", "Send the body as it is, without a Content-Encoding.");
    }
    if (Buffer.byteLength(body, isBase64Encoded ? "base64" : "utf8") > largestRequest) {
      throw new RequestError("PAYLOAD_TOO_LARGE", `The body has more than ${largestRequest} bytes.`);
    }
    if (!isBase64Encoded && sentBytes(body) > largestInEvent) {
      const detail = `The body has more than ${largestInEvent} bytes once its quotes and backslashes are escaped for Lambda.`;
      throw new RequestError("PAYLOAD_TOO_LARGE", detail);
    }
    if (!mediaType.test(headers["content-type"] ?? "")) {
      throw new RequestError("UNSUPPORTED_MEDIA_TYPE", "Send JSON, with `Content-Type: application/json`.");
    }
    const text = isBase64Encoded ? textOf(Buffer.from(body, "base64")) : body;
    if (text === undefined || (!isBase64Encoded && isGarbled(body, headers["content-length"]))) {
      throw invalid("is not UTF-8");
    }
    Object.assign(event, { body: parsed(text) });
  },
});

/** Undefined where the bytes are no text. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * JSON arrives as text: for bytes that are none the gateway has put U+FFFD, which has three, so that the body is no longer as
 * long as what was sent. Its own U+FFFD may be in any body.
 */
const isGarbled = (body: string, sentBytes: string | undefined): boolean =>
  sentBytes !== undefined && body.includes("\ufffd") && Buffer.byteLength(body) !== Number(sentBytes);

const invalid = (detail: string) =>
  new RequestError("INVALID_REQUEST", `The body ${detail}.`, { faults: [{ pointer: "", detail }] });

/** Its fields are copied later on, so that one that would change a prototype is refused; it is looked for in the text first. */
function parsed(text: string): unknown {
  try {
    return parse(text, requestReviver(text));
  } catch (error) {
    const isForbidden = (error as Error).message.startsWith("Object contains forbidden");
    const detail = isForbidden ? "has a field named __proto__, or constructor with a prototype" : "is not valid JSON";
    throw invalid(detail);
  }
}
