import * as z from "zod";
import { Tag } from "../../core/catalog.ts";
import { perEnv } from "../../core/env-config.ts";
import type { Fault } from "../../core/errors.ts";
import type { InputCheck, JobTypeDefinition } from "../../core/job-type.ts";
import { Reference, TextOrReference } from "../../core/references.ts";
import { didYouMean, strict } from "../../core/schema.ts";
import { someOf } from "../../core/some-of.ts";
import { Auth } from "../action/definition.ts";

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Records = z.record(z.string(), z.unknown());
/** The variables of a template, or, where the catalog's message has no template for the field, a map of locales. */
const Text = z.record(z.string(), Scalar);
const OneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(500)]);

/** The channels of a message, in the order in which their results are reported. */
export const channels = ["push_notification", "email", "sms", "callback"] as const;
export type Channel = (typeof channels)[number];

const PushInput = someOf(
  strict({
    title: Text,
    body: Text,
    /** Delivered to the app as it is, except that FCM takes strings only: other values arrive there as JSON. */
    data: Records.optional(),
    device_token: z.string().min(1).optional(),
    device_tokens: z.array(z.string().min(1)).min(1).max(500).optional(),
  }),
  ["device_token", "device_tokens"],
);

/** INotificationRequest: the message by slug, and at least one channel. */
export const NotificationInput = someOf(
  strict({
    /** A message of the event's notification. */
    slug: Tag,
    /** Picks from maps of locales; without it `en` is taken, or the only one there is. */
    locale: z.string().min(2).max(35).optional(),
    push_notification: PushInput.optional(),
    email: strict({ to: OneOrMore, subject: Text, template: Text }).optional(),
    sms: strict({ to: OneOrMore, body: Text }).optional(),
    callback: strict({
      query: z.record(z.string(), z.union([Scalar, z.array(Scalar), z.null()])).optional(),
      params: z.record(z.string(), Scalar).optional(),
      body: Records.optional(),
      headers: z.record(z.string(), Scalar).optional(),
    }).optional(),
  }),
  channels,
);
export type NotificationInput = z.infer<typeof NotificationInput>;

const Push = z.discriminatedUnion("provider", [
  strict({
    provider: z.literal("fcm"),
    /** The service account's JSON key; its `token_uri` is where access tokens come from. */
    service_account: Reference,
    /** Default: https://fcm.googleapis.com */
    endpoint: TextOrReference.optional(),
  }),
  strict({
    provider: z.literal("expo"),
    access_token: Reference.optional(),
    /** Default: https://exp.host */
    endpoint: TextOrReference.optional(),
  }),
]);
const Email = z.discriminatedUnion("provider", [
  strict({
    provider: z.literal("smtp"),
    /** `smtp://user:password@host:587` or `smtps://...`, as nodemailer reads it. */
    url: Reference,
    from: z.string().min(3),
  }),
  /** Amazon SES with the consumer's own role; `from`'s address or domain is an identity that SES has verified. */
  strict({
    provider: z.literal("ses"),
    from: z.string().min(3),
    /** Default: the consumer's own. */
    region: z.string().min(1).optional(),
  }),
]);
const Sms = z.discriminatedUnion("provider", [
  /** Amazon SNS with the consumer's own role. */
  strict({
    provider: z.literal("sns"),
    /** What the phone shows as sender, where the country allows it. */
    sender_id: z
      .string()
      .regex(/^(?=.*[A-Za-z])[A-Za-z0-9-]{1,11}$/, "1 to 11 letters, digits and hyphens, with a letter among them")
      .optional(),
    /** Transactional is for what must arrive, Promotional for what may be late. Default: Transactional. */
    type: z.enum(["Transactional", "Promotional"]).optional(),
    /** Default: the consumer's own. */
    region: z.string().min(1).optional(),
  }),
]);
const Callback = strict({
  /** `:name` in its path is filled from the input's `params`. */
  url: TextOrReference,
  /** Default: POST. */
  method: z.enum(["POST", "PUT", "PATCH", "GET"]).optional(),
  auth: Auth.optional(),
});

/** Executors read the catalog as it is written, so nothing here has a zod default: they fill in what is left out. */
export const notificationTarget = () =>
  strict({
    envs: perEnv(
      strict({
        push: Push.optional(),
        email: Email.optional(),
        sms: Sms.optional(),
        callback: Callback.optional(),
      }),
    ),
    /** Messages by slug. A field with a template takes variables (`{{name}}`), one without takes a map of locales. */
    messages: z.record(
      Tag,
      strict({
        push_notification: strict({ title: z.string().optional(), body: z.string().optional() }).optional(),
        email: strict({ subject: z.string().optional(), template: z.string().optional() }).optional(),
        sms: strict({ body: z.string().optional() }).optional(),
      }),
    ),
  });
export type NotificationTarget = z.output<ReturnType<typeof notificationTarget>>;
export type PushTarget = z.output<typeof Push>;
export type EmailTarget = z.output<typeof Email>;
export type SmsTarget = z.output<typeof Sms>;
export type CallbackTarget = z.output<typeof Callback>;

/** The setting of an env that a channel sends with. */
export const settingOf = { push_notification: "push", email: "email", sms: "sms", callback: "callback" } as const;

export const notification = {
  type: "notification",
  summary: "Send a message by push, e-mail, SMS or callback.",
  requestName: "INotificationRequest",
  section: "notifications",
  targetField: "notification",
  input: () => NotificationInput,
  target: notificationTarget,
  eventFields: () => ({ notification: Tag }),
  checkInput: checkNotification,
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 120_000, memory_mb: 256 },
} as const satisfies JobTypeDefinition;

function checkNotification({ target, env, event, input }: InputCheck): Fault[] {
  const { messages, envs } = target as NotificationTarget;
  const slug = String(input.slug);
  if (!Object.hasOwn(messages, slug)) {
    const hint = didYouMean(slug, Object.keys(messages));
    return [{ pointer: "/input/slug", detail: `notification ${event.notification} has no such message.${hint}` }];
  }
  const settings: Record<string, unknown> = envs[env] ?? {};
  return channels
    .filter((channel) => input[channel] !== undefined && settings[settingOf[channel]] === undefined)
    .map((channel) => ({
      pointer: `/input/${channel}`,
      detail: `notification ${event.notification} has no ${settingOf[channel]} in env ${env}`,
    }));
}
