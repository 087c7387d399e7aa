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
const OneOrMore = z.union(
  [z.string().min(1), z.array(z.string().min(1)).min(1).max(mostRecipients)],
  must(`must be a string, or a list of up to ${mostRecipients}`),
);
const Addresses = OneOrMore.refine((to) => addressesIn(to) <= mostRecipients, `at most ${mostRecipients} addresses`);
const PushInput = someOf(
  strict({
    title: Text,
    body: Text,
    /** Delivered to the app unchanged, except by FCM, which accepts strings only: other values arrive as JSON. */
    data: z.record(z.string(), z.unknown()).optional(),
    device_token: z.string().min(1).optional(),
    device_tokens: z.array(z.string().min(1)).min(1).max(mostRecipients).optional(),
  }),
  ["device_token", "device_tokens"],
);

/** INotificationRequest: the message by slug, and at least one channel. */
export const notificationInput = someOf(
  strict({
    /** A message of the event's notification. */
    slug: Tag,
    /** The locale to use of a map of locales. Without it `en` is used, or the only one. */
    locale: z.string().min(2).max(35).optional(),
    push_notification: PushInput.optional(),
    email: strict({ to: Addresses, subject: Text, template: Text }).optional(),
    /** `to` is required unless the message has a recipient template. */
    sms: strict({ to: OneOrMore.optional(), body: Text }).optional(),
    callback: callInput.optional(),
  }),
  channels,
);

export type NotificationInput = z.infer<typeof notificationInput>;

/** The setting of an env that each channel sends with. */
export const settingOf = { push_notification: "push", email: "email", sms: "sms", callback: "callback" } as const;
