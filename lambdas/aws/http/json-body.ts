import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { RequestError } from "../../core/kernel/request-error.ts";
import { largestRequest, sentBytes } from "../../core/kernel/sizes.ts";
import { requestJson } from "../../core/requests/request-json.ts";

/**
 * The most bytes of a body within Lambda's event, where each quote and backslash counts twice. The limit is below that of
 * Lambda, beyond which API Gateway answers 413 by itself, without a problem document.
 */
export const largestInEvent = 6_000_000;

const mediaType = /^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i;

/**
 * Parses the JSON body of a POST or a PUT, and checks its size. Without a body no media type is required: the body of a route may be
 * optional, and the schema of any other route refuses a missing body.
 */
export const jsonBody = (): MiddlewareObj<APIGatewayProxyEventV2> => ({
  before: ({ event }) => {
    const { body, headers, isBase64Encoded } = event;
    delete event.body;
    if (!["POST", "PUT"].includes(event.requestContext.http.method) || !body) return;
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
    const text = isBase64Encoded ? decodedText(Buffer.from(body, "base64")) : body;
    if (text === undefined || (!isBase64Encoded && isGarbled(body, headers["content-length"]))) {
      throw invalidBody("is not UTF-8");
    }
    const json = requestJson(text);
    if ("fault" in json) throw invalidBody(json.fault);
    Object.assign(event, { body: json.content });
  },
});

/** Decodes UTF-8; undefined for bytes that are not UTF-8. */
function decodedText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The gateway passes JSON on as a string, and replaces invalid bytes with U+FFFD, which has three bytes: then the body is no
 * longer as long as Content-Length says. A valid body may contain U+FFFD itself.
 */
const isGarbled = (body: string, sentBytes: string | undefined): boolean =>
  sentBytes !== undefined && body.includes("\ufffd") && Buffer.byteLength(body) !== Number(sentBytes);

const invalidBody = (detail: string) =>
  new RequestError("INVALID_REQUEST", `The body ${detail}.`, { faults: [{ pointer: "", detail }] });
