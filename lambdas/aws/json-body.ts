import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { parse } from "secure-json-parse";
import { RequestError } from "../core/errors.ts";
import { requestReviver } from "../core/exact-json.ts";

/** Bytes as they were sent. Lambda refuses an event above 6 MB, and a body may reach it as base64. */
const largestBody = 4_400_000;

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
    if (Buffer.byteLength(body, isBase64Encoded ? "base64" : "utf8") > largestBody) {
      throw new RequestError("PAYLOAD_TOO_LARGE", `The body has more than ${largestBody} bytes.`);
    }
    if (!mediaType.test(headers["content-type"] ?? "")) {
      throw new RequestError("UNSUPPORTED_MEDIA_TYPE", "Send JSON, with `Content-Type: application/json`.");
    }
    Object.assign(event, { body: parsed(isBase64Encoded ? Buffer.from(body, "base64").toString() : body) });
  },
});

/** Its fields are copied later on, so that one that would change a prototype is refused; it is looked for in the text first. */
function parsed(text: string): unknown {
  try {
    return parse(text, requestReviver(text));
  } catch (error) {
    const isForbidden = (error as Error).message.startsWith("Object contains forbidden");
    const detail = isForbidden ? "has a field named __proto__, or constructor with a prototype" : "is not valid JSON";
    throw new RequestError("INVALID_REQUEST", `The body ${detail}.`, { faults: [{ pointer: "", detail }] });
  }
}
