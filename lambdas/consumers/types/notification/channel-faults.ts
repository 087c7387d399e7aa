import type { Fault } from "../../../core/kernel/errors.ts";
import { callFaults } from "../../clients/http/call-faults.ts";
import type { Message, Settings } from "./channel.ts";
import { longestSms, smsNumber } from "./channels/sms-limits.ts";
import type { NotificationInput } from "./input.ts";
import { fillVariables, render, type Texts, variablesOf } from "./template.ts";
import { textFaults, textPlaceOf, variableFaults } from "./text-faults.ts";

/** The faults of an input for which a channel would fail: variables and locales, addresses, calls. */
export function channelFaults(input: NotificationInput, message: Message, settings: Settings): Fault[] {
  const { push_notification: push, email, sms, callback, locale } = input;
  const texts = (at: [string, string], template: string | undefined, given: Texts | undefined) =>
    textFaults(at, template, given, locale);
  return [
    ...(push ? texts(["push_notification", "title"], message.push_notification?.title, push.title) : []),
    ...(push ? texts(["push_notification", "body"], message.push_notification?.body, push.body) : []),
    ...(email ? addressFaults(email.to, settings.email?.provider === "ses") : []),
    ...(email ? texts(["email", "subject"], message.email?.subject, email.subject) : []),
    ...(email ? texts(["email", "template"], message.email?.template, email.template) : []),
    ...(sms ? smsFaults(message.sms, sms, locale) : []),
    ...(callback && settings.callback
      ? callFaults({ method: settings.callback.method ?? "POST", base: settings.callback.url, path: "" }, callback, [
          "input",
          "callback",
        ])
      : []),
  ];
}

type Sms = NonNullable<NotificationInput["sms"]>;

/** A variable that both templates lack is one fault. */
function smsFaults(message: Message["sms"], sms: Sms, locale: string | undefined): Fault[] {
  const ofText = smsTextFaults(message?.body, sms.body, locale);
  const ofRecipient = recipientFaults(message?.to, sms);
  return [...ofRecipient.filter((fault) => ofText.every(({ pointer }) => pointer !== fault.pointer)), ...ofText];
}

function smsTextFaults(template: string | undefined, texts: Texts | undefined, locale: string | undefined): Fault[] {
  const faults = textFaults(["sms", "body"], template, texts, locale);
  if (faults.length > 0) return faults;
  const { length } = render(template, texts, { field: "sms.body", locale });
  const fits = length > 0 && length <= longestSms;
  return fits ? [] : [{ pointer: "/input/sms/body", detail: `must be 1 to ${longestSms} characters in all` }];
}

/** Without `to` the message's own recipient template is filled from the variables of the text. */
function recipientFaults(template: string | undefined, { to, body }: Sms): Fault[] {
  if (to !== undefined) return numberFaults(to);
  if (template === undefined) {
    return [{ pointer: "/input/sms/to", detail: "is required: the message has no recipient template" }];
  }
  // A text instead of variables is a separate fault.
  if (typeof body === "string") return [];
  const at = ["sms", "body"];
  const faults = variableFaults(at, template, body, "recipient template");
  if (faults.length > 0 || smsNumber(fillVariables(template, body ?? {}, "sms.to")) !== undefined) return faults;
  const pointers = variablesOf(template).map((name) => textPlaceOf(at, body ?? {}, name));
  const detail = `makes no phone number ${e164}: the message's recipient template uses it`;
  return pointers.map((pointer) => ({ pointer, detail }));
}

const e164 = "in the format E.164, such as +4930123456";

/** Numbers come from lists of users, so an invalid one is no fault as long as there are valid ones. */
function numberFaults(to: string | string[]): Fault[] {
  if ([to].flat().some((number) => smsNumber(number) !== undefined)) return [];
  return [{ pointer: "/input/sms/to", detail: `has no phone number ${e164}` }];
}

const quotedName = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;

/** Once a quote is not closed, none that follows is: to look for the end of each would take quadratic time. */
function withoutQuotedNames(line: string): string {
  let rest = "";
  let from = 0;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', from)) {
    quotedName.lastIndex = at;
    if (!quotedName.test(line)) break;
    rest += line.slice(from, at);
    from = quotedName.lastIndex;
  }
  return rest + line.slice(from);
}

/** One `@` with something on both sides. The parser checks everything else that an address may contain. */
const addressIn = /(?<![^\s@<>()])([^\s@<>()]+)@[^\s@<>()]+/;

function addressFaults(to: string | string[], isSes: boolean): Fault[] {
  const place = (i: number) => (typeof to === "string" ? "/input/email/to" : `/input/email/to/${i}`);
  return [to].flat().flatMap((line, i) => {
    const detail = addressFault(line, isSes);
    return detail === undefined ? [] : [{ pointer: place(i), detail }];
  });
}

function addressFault(line: string, isSes: boolean): string | undefined {
  if (/[\r\n]/.test(line)) return "must not have a line break";
  const parts = withoutQuotedNames(line)
    .split(/[,;]/)
    .filter((part) => part.trim() !== "");
  const found = parts.map((part) => addressIn.exec(part)?.[1]);
  if (found.length === 0 || found.includes(undefined)) return "must be e-mail addresses such as ada@example.com";
  const isBeyondAscii = found.some((local = "") => [...local].some((char) => char > "\x7e"));
  return isSes && isBeyondAscii ? "has an address that SES cannot send to: only ASCII before its @" : undefined;
}
