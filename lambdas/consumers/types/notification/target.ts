import * as z from "zod";
import { perEnv } from "../../../core/catalog/per-env.ts";
import { HttpUrl, Reference, SecureUrl, secureWhere } from "../../../core/catalog/reference-schema.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { Auth } from "../../clients/http/auth-schema.ts";
import { carriesCredentials } from "../../clients/http/credentials.ts";
import { smsNumber } from "./channels/sms-limits.ts";
import { variablesOf } from "./template.ts";

const Push = z.discriminatedUnion("provider", [
  strict({
    provider: z.literal("fcm"),
    /** The service account's JSON key; its `token_uri` is where access tokens come from. */
    service_account: Reference,
    /** Default: https://fcm.googleapis.com */
    endpoint: SecureUrl.optional(),
  }),
  strict({
    provider: z.literal("expo"),
    access_token: Reference.optional(),
    /** Default: https://exp.host */
    endpoint: SecureUrl.optional(),
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
    /** What the phone shows as the sender, where the country allows it. */
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
const Callback = secureWhere(
  "url",
  ({ auth }) => carriesCredentials(auth),
  strict({
    /** `:name` in its path is filled from the input's `params`. */
    url: HttpUrl,
    /** Default: POST. */
    method: z.enum(["POST", "PUT", "PATCH", "GET"]).optional(),
    auth: Auth.optional(),
  }),
);

/** `to` is whom the message is sent to if a request does not say: a number, or the variable of the text that is one. */
const SmsMessage = strict({ body: z.string().optional(), to: z.string().optional() }).superRefine(
  ({ to, body }, context) => {
    const fault = to === undefined ? undefined : recipientFault(to, body);
    if (fault !== undefined) context.addIssue({ code: "custom", path: ["to"], message: fault });
  },
);

/** A request's fault points to the variable that makes no number, so there is one at most. */
function recipientFault(to: string, body: string | undefined): string | undefined {
  const variables = variablesOf(to);
  if (variables.length > 1) return "has more than one variable";
  if (variables.length === 0) return smsNumber(to) ? undefined : "a phone number such as +4930123456, or {{variable}}";
  return body === undefined ? "needs a template for the body, whose variables it is filled from" : undefined;
}

/** Executors read the unparsed catalog and apply the defaults themselves, so nothing here has a zod default. */
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
        sms: SmsMessage.optional(),
      }),
    ),
  });
export type NotificationTarget = z.input<ReturnType<typeof notificationTarget>>;
export type PushTarget = z.output<typeof Push>;
export type EmailTarget = z.output<typeof Email>;
export type SmsTarget = z.output<typeof Sms>;
