import type { Written } from "../../../core/job/code-messages.ts";
import type { ProviderAnswer, ShownAnswer } from "../../../core/job/provider-answer.ts";
import { shownHeaders } from "../../clients/http/headers.ts";
import { hidden, hideBytes, hiding, longestForm } from "../../clients/http/hide.ts";
import { decodeBody } from "../../clients/http/read-body.ts";

/** The most that is kept of a body, and of all headers, in bytes. */
const mostBytes = 4096;

/**
 * An answer without the credentials that an attempt has used, in whatever way the provider writes them, and without headers that carry
 * any. Hidden first and cut then: half a credential would not be found.
 */
export function shownAnswerOf(answer: ProviderAnswer, secrets: readonly string[]): ShownAnswer {
  const values = [...secrets, ...answer.credentials];
  const hide = hiding(values) ?? ((text: string) => text);
  const type = answer.headers.find(([name]) => name === "content-type")?.[1] ?? null;
  const whole = wholeOf(answer, values);
  const isText = decodeBody(whole, plainTextType(type)).body_encoding === undefined;
  const text = isText
    ? hide(textInCharset(whole, type))
    : hideBytes(whole, values).subarray(0, mostBytes).toString("base64");
  const body = isText ? shownText(text) : text;
  const isCut =
    answer.isCut || whole.length < answer.body.length || (isText ? body !== text : whole.length > mostBytes);
  return {
    status: answer.status,
    headers: cutHeaders(hidden(shownHeaders(answer.headers as [string, string][]), hide) as Record<string, string>),
    body,
    ...(!isText && { body_encoding: "base64" as const }),
    ...(isCut && { cut: true as const }),
  };
}

/** What own code has written, without the credentials that the engine has resolved for it. */
export function shownLogOf({ text, cut = false }: Written, secrets: readonly string[]): ShownAnswer {
  const whole = hiding(secrets)?.(text) ?? text;
  const body = shownText(whole);
  return { status: 0, headers: {}, body, log: true, ...((cut || body !== whole) && { cut: true as const }) };
}

/** What was read of a body that goes on may end within a credential. */
const wholeOf = ({ body, isCut }: ProviderAnswer, values: readonly string[]): Buffer =>
  isCut ? body.subarray(0, Math.max(0, body.length - longestForm(values))) : body;

/** Its charset, without that it is JSON: a part of it could not be parsed. */
const plainTextType = (type: string | null): string =>
  `text/plain; ${/charset="?[\w.:-]+"?/i.exec(type ?? "")?.[0] ?? ""}`;

function textInCharset(bytes: Buffer, type: string | null): string {
  const charset = /charset="?([\w.:-]+)/i.exec(type ?? "")?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function shownText(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= mostBytes
    ? text
    : new TextDecoder("utf-8").decode(bytes.subarray(0, mostBytes), { stream: true });
}

function cutHeaders(headers: Record<string, string>): Record<string, string> {
  let left = mostBytes;
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => {
      left -= name.length + Buffer.byteLength(value);
      return left >= 0;
    }),
  );
}
