import * as z from "zod";
import { must } from "../../../core/kernel/plain-faults.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { someOf } from "../../../core/kernel/some-of.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { callInput } from "../../clients/http/call-input.ts";
import { addressesIn, mostRecipients } from "./recipients.ts";

/** The channels of a message, in the order of their results. */
export const channels = ["push_notification", "email", "sms", "callback"] as const;

export type Channel = (typeof channels)[number];

/**
 * The variables of a template, or, where the catalog's message has no template for the field, the text or a map of locales.
 * Only the message says which of them is right.
 */
const Text = z
  .union(
    [z.string(), z.record(z.string(), z.unknown())],
    must("must be an object, or a string where the message has no template"),
  )
  .optional();
const textField = (what: string, ...examples: unknown[]) =>
  Text.meta({ description: `${what} Default: none, for a message whose template needs no variables.`, examples });
const OneOrMore = z.union(
  [z.string().min(1), z.array(z.string().min(1)).min(1).max(mostRecipients)],
  must(`must be a string, or a list of up to ${mostRecipients}`),
);
const Addresses = OneOrMore.refine((to) => addressesIn(to) <= mostRecipients, `at most ${mostRecipients} addresses`);
const PushInput = someOf(
  strict({
    title: textField("The title.", { en: "Order shipped" }),
    body: textField("The text.", { en: "Your order has been shipped!" }),
    data: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({
        description:
          "Delivered to the app unchanged, except by FCM, which accepts strings only: other values arrive as JSON. Default: none.",
        examples: [{ trackingId: "XYZ987" }],
      }),
    device_token: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: "The device to send to. Default: none.",
        examples: ["abcdef123456"],
      }),
    device_tokens: z
      .array(z.string().min(1))
      .min(1)
      .max(mostRecipients)
      .optional()
      .meta({
        description: `Up to ${mostRecipients} devices to send to. Default: none.`,
        examples: [["abcdef123456", "654321fedcba"]],
      }),
  }).describe("A push notification; needs `device_token` or `device_tokens`."),
  ["device_token", "device_tokens"],
);
const EmailInput = strict({
  to: Addresses.describe(`The address, or up to ${mostRecipients} of them, as a list or as one string with commas.`),
  subject: textField("The subject.", { name: "Ada" }),
  template: textField("The HTML body.", { name: "Ada" }),
}).describe("An e-mail.");
const SmsInput = strict({
  to: OneOrMore.optional().meta({
    description: `The number in E.164 form, or up to ${mostRecipients} of them. Required unless the message has a template for it.`,
    examples: ["+33612345678"],
  }),
  body: textField("The text.", { en: "Your order has been shipped!" }),
}).describe("An SMS.");

export const notificationInput = someOf(
  strict({
    slug: Tag.meta({
      description: "The message to send, one of those that the catalog lists.",
      examples: ["order_update"],
    }),
    locale: z
      .string()
      .min(2)
      .max(35)
      .optional()
      .meta({
        description: "Selects the translation. Default: `en`, or the only locale there is.",
        examples: ["fr"],
      }),
    push_notification: PushInput.optional().describe("Sends a push notification. Default: none is sent."),
    email: EmailInput.optional().describe("Sends an e-mail. Default: none is sent."),
    sms: SmsInput.optional().describe("Sends an SMS. Default: none is sent."),
    callback: callInput.optional().describe("Calls the notification's callback URL. Default: it is not called."),
  }),
  channels,
);

export type NotificationInput = z.infer<typeof notificationInput>;

/** The setting of an env that each channel sends with. */
export const settingOf = { push_notification: "push", email: "email", sms: "sms", callback: "callback" } as const;
