import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../gateway/http.ts";
import type { Caught } from "./caught.ts";
import type { GoogleTokens } from "./google-token.ts";

/** A device token that stands for a device whose app was removed. */
const unregistered = "invalid-token";

const fcmError = (code: number, status: string, message: string, errorCode?: string) => ({
  error: {
    code,
    message,
    status,
    ...(errorCode && {
      details: [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode }],
    }),
  },
});

/** FCM HTTP v1, `POST /v1/projects/{id}/messages:send`. https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode */
export async function handleFcm(
  caught: Caught,
  tokens: GoogleTokens,
  project: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJson(request);
  if (!tokens.isGood(/^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "")) {
    return sendJson(response, 401, fcmError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."));
  }
  const message = body?.message as Record<string, unknown> | undefined;
  const fault = faultOf(message);
  const answer = fault !== undefined ? "INVALID_ARGUMENT" : message?.token === unregistered ? "UNREGISTERED" : "ok";
  caught.add({ kind: "fcm", project, message, answer });
  if (fault !== undefined) return sendJson(response, 400, fcmError(400, "INVALID_ARGUMENT", fault, "INVALID_ARGUMENT"));
  if (answer === "UNREGISTERED") {
    return sendJson(response, 404, fcmError(404, "NOT_FOUND", "Requested entity was not found.", "UNREGISTERED"));
  }
  sendJson(response, 200, { name: `projects/${project}/messages/${randomUUID()}` });
}

function faultOf(message: Record<string, unknown> | undefined): string | undefined {
  if (typeof message !== "object" || message === null) return "Invalid JSON payload received.";
  const targets = [message.token, message.topic, message.condition].filter((target) => target !== undefined);
  if (targets.length !== 1) return "Exactly one of token, topic or condition is required";
  if (typeof targets[0] !== "string" || targets[0] === "") {
    return "The registration token is not a valid FCM registration token";
  }
  const notText = Object.entries(message.data ?? {}).find(([, value]) => typeof value !== "string");
  return notText && `Invalid value at 'message.data[${notText[0]}]' (TYPE_STRING)`;
}
