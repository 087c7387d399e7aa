import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../gateway/http.ts";
import type { Caught } from "./caught.ts";

const unregistered = "ExponentPushToken[invalid-token]";
const expoToken = /^Expo(nent)?PushToken\[.+\]$/;
const mostMessages = 100;

type Message = Record<string, unknown>;

/** Expo's push service, `POST /--/api/v2/push/send`. https://docs.expo.dev/push-notifications/sending-notifications */
export async function handleExpo(caught: Caught, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body: unknown = await readJson(request);
  // One ticket per recipient: a message to several devices counts as several.
  const messages = ([body].flat() as (Message | undefined)[]).flatMap((message) =>
    [message?.to].flat().map((to) => ({ ...message, to })),
  );
  if (body === undefined || messages.length > mostMessages) {
    const code = body === undefined ? "VALIDATION_ERROR" : "PUSH_TOO_MANY_NOTIFICATIONS";
    return sendJson(response, 400, { errors: [{ code, message: "The request is not valid." }] });
  }
  const tickets = messages.map((message) => {
    const ticket = ticketFor(message.to);
    caught.add({ kind: "expo", message, answer: ticket.details?.error ?? "ok" });
    return ticket;
  });
  sendJson(response, 200, { data: Array.isArray(body) || tickets.length > 1 ? tickets : tickets[0] });
}

type Ticket = { status: "ok" | "error"; id?: string; message?: string; details?: { error: string } };

function ticketFor(to: unknown): Ticket {
  const good = typeof to === "string" && expoToken.test(to) && to !== unregistered;
  if (good) return { status: "ok", id: randomUUID() };
  const message = `"${String(to)}" is not a registered push notification recipient`;
  return { status: "error", message, details: { error: "DeviceNotRegistered" } };
}
