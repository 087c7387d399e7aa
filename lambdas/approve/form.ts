import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { charactersIn } from "../core/kernel/characters.ts";
import { requestLimits } from "../core/kernel/request-limits.ts";

/** What the form of the page says. */
export interface Form {
  choice: string;
  note?: string;
}

const mostBytes = 16 * 1024;

/** Parses the body of a POST. What is no form is refused with a status, and why. */
export function formOf({
  body = "",
  headers,
  isBase64Encoded,
}: APIGatewayProxyEventV2): Form | { status: number; why: string } {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? ""))
    return { status: 415, why: "Send the form of this page." };
  if (body.length > 2 * mostBytes) return tooLarge;
  const text = isBase64Encoded ? Buffer.from(body, "base64").toString("utf8") : body;
  if (Buffer.byteLength(text) > mostBytes) return tooLarge;
  const fields = new URLSearchParams(text);
  const note = (fields.get("note") ?? "").replaceAll("\r\n", "\n").trim();
  if (charactersIn(note) > requestLimits.approvalNote)
    return { status: 400, why: `A note has at most ${requestLimits.approvalNote} characters. Go back and shorten it.` };
  return { choice: fields.get("choice") ?? "", ...(note !== "" && { note }) };
}

const tooLarge = { status: 413, why: "The form is too large. Go back and shorten the note." };
