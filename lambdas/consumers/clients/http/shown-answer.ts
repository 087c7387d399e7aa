import { type SentCall, tokensIn } from "./echoes.ts";
import { shownHeaders } from "./headers.ts";
import { hidden, hideBytes, hiding } from "./hide.ts";
import { type DecodedBody, decodedBodyOf, type ReadBody } from "./read-body.ts";

/** A stored and shown answer. `headers` are without cookies and credentials. */
export interface ShownAnswer extends DecodedBody {
  status: number;
  headers: Record<string, string>;
}

/** The credentials that an attempt has used: no result, header or code of an answer may show any of them. */
export type UsedCredentials = Set<string>;

/** An answer without the credentials that were used, which a provider may repeat anywhere in it. */
export function shownAnswer(
  { status, headers }: { status: number; headers: Headers },
  read: ReadBody,
  used: UsedCredentials,
): ShownAnswer {
  const type = headers.get("content-type");
  const plain = { headers: shownHeaders(headers), ...decodedBodyOf(read, type) };
  const values = [...used];
  const hide = hiding(values);
  if (!hide) return { status, ...plain };
  const bytes = plain.body_encoding === "base64" ? hideBytes(read.bytes, values) : read.bytes;
  const decoded = bytes === read.bytes ? plain : decodedBodyOf({ ...read, bytes }, type);
  const shown = { headers: hidden(plain.headers, hide) as Record<string, string>, body: hidden(decoded.body, hide) };
  return { status, ...decoded, ...shown };
}

/** The code of a failed answer, or its status where the code repeats a credential that was used. */
export function shownCode(code: string | undefined, status: number, used: UsedCredentials): string | undefined {
  const hide = hiding([...used]);
  return code === undefined || !hide || hide(code) === code ? code : String(status);
}

/** The id that a provider gives to a message, without the token of the requests that it answers. */
export function shownId(id: unknown, sent: readonly SentCall[]): string {
  if (typeof id !== "string") return "";
  return hiding(sent.flatMap(tokensIn))?.(id) ?? id;
}
