import type { Fault } from "../../../core/errors.ts";
import { jsonPointer } from "../../../core/schema/schema.ts";
import { callFaults } from "../../clients/http/call-faults.ts";
import type { Message, Settings } from "./channel.ts";
import { longestSms, smsNumber } from "./channels/sms-limits.ts";
import type { NotificationInput } from "./input.ts";
import { render, type Texts, textFor, variablesOf } from "./template.ts";

/** The faults of an input for which a channel would fail: variables and locales, addresses, calls. */
export function channelFaults(input: NotificationInput, message: Message, settings: Settings): Fault[] {
  const { push_notification: push, email, sms, callback, locale } = input;
  const texts = (at: [string, string], template: string | undefined, given: Texts) =>
    textFaults(at, template, given, locale);
  return [
    ...(push ? texts(["push_notification", "title"], message.push_notification?.title, push.title) : []),
    ...(push ? texts(["push_notification", "body"], message.push_notification?.body, push.body) : []),
    ...(email ? addressFaults(email.to, settings.email?.provider === "ses") : []),
    ...(email ? texts(["email", "subject"], message.email?.subject, email.subject) : []),
    ...(email ? texts(["email", "template"], message.email?.template, email.template) : []),
    ...(sms ? numberFaults(sms.to) : []),
    ...(sms ? smsFaults(message.sms?.body, sms.body, locale) : []),
    ...(callback && settings.callback
      ? callFaults({ method: settings.callback.method ?? "POST", base: settings.callback.url, path: "" }, callback, [
          "input",
          "callback",
        ])
      : []),
  ];
}

function textFaults(
  at: readonly string[],
  template: string | undefined,
  texts: Texts,
  locale: string | undefined,
): Fault[] {
  const pointer = (...more: string[]) => jsonPointer(["input", ...at, ...more]);
  if (template === undefined) {
    const detail = 'has no text for the locale, none for "en", and not exactly one';
    return textFor(texts, locale) === undefined ? [{ pointer: pointer(), detail }] : [];
  }
  return variablesOf(template)
    .filter((name) => !Object.hasOwn(texts, name))
    .map((name) => ({ pointer: pointer(name), detail: "is required: the message's template uses it" }));
}

function smsFaults(template: string | undefined, texts: Texts, locale: string | undefined): Fault[] {
  const faults = textFaults(["sms", "body"], template, texts, locale);
  if (faults.length > 0) return faults;
  const { length } = render(template, texts, { field: "sms.body", locale });
  const fits = length > 0 && length <= longestSms;
  return fits ? [] : [{ pointer: "/input/sms/body", detail: `must be 1 to ${longestSms} characters in all` }];
}

/** Numbers come from lists of users, so an invalid one is no fault as long as there are valid ones. */
function numberFaults(to: string | string[]): Fault[] {
  if ([to].flat().some((number) => smsNumber(number) !== undefined)) return [];
  return [{ pointer: "/input/sms/to", detail: "has no phone number in the format E.164, such as +4930123456" }];
}

const quotedNames = /"(?:[^"\\]|\\.)*"/g;

/** One `@` with something on both sides. The parser checks everything else that an address may contain. */
const addressIn = /([^\s@<>()]+)@[^\s@<>()]+/;

function addressFaults(to: string | string[], isSes: boolean): Fault[] {
  const place = (i: number) => (typeof to === "string" ? "/input/email/to" : `/input/email/to/${i}`);
  return [to].flat().flatMap((line, i) => {
    const detail = addressFault(line, isSes);
    return detail === undefined ? [] : [{ pointer: place(i), detail }];
  });
}

function addressFault(line: string, isSes: boolean): string | undefined {
  if (/[\r\n]/.test(line)) return "must not have a line break";
  const parts = line
    .replaceAll(quotedNames, "")
    .split(/[,;]/)
    .filter((part) => part.trim() !== "");
  const found = parts.map((part) => addressIn.exec(part)?.[1]);
  if (found.length === 0 || found.includes(undefined)) return "must be e-mail addresses such as ada@example.com";
  const isBeyondAscii = found.some((local = "") => [...local].some((char) => char > "\x7e"));
  return isSes && isBeyondAscii ? "has an address that SES cannot send to: only ASCII before its @" : undefined;
}
