import * as z from "zod";
import { duration } from "../kernel/duration.ts";
import { fieldsSchema } from "../kernel/fields.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { strict } from "../kernel/schema.ts";
import { EventTag, Tag } from "../kernel/tag.ts";
import { Condition } from "./condition.ts";
import { Reference } from "./reference-schema.ts";

/** The providers whose way to sign is known. Any other that signs with HMAC is described by `hmac`. */
export const hookPresets = ["stripe", "github", "slack", "shopify", "standard-webhooks", "hmac"] as const;
export type HookPreset = (typeof hookPresets)[number];

/** How old or how far ahead a signed time may be, in milliseconds. */
const toleranceLimits = { least: 1000, most: 24 * 3_600_000 } as const;

const tolerance = duration(toleranceLimits.least, toleranceLimits.most).optional();

/** The secret that the provider and we share. While it is being replaced, a signature with either counts. */
const secrets = { secret: Reference.optional(), previous_secret: Reference.optional() };

const HeaderName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, "must be the name of a header");

const timestampPart = "{timestamp}";
const bodyPart = "{body}";
/** What may be signed beside the body and the time. */
const Signed = z
  .string()
  .max(200)
  .refine((text) => text.split(bodyPart).length === 2, {
    error: "must have {body} in it, once: a signature that leaves out the body proves nothing of it",
  });

const Hmac = strict({
  preset: z.literal("hmac"),
  ...secrets,
  /** The header with the signature. */
  header: HeaderName,
  /** Default: sha256. */
  algorithm: z.enum(["sha256", "sha384", "sha512", "sha1"]).optional(),
  /** Default: hex. */
  encoding: z.enum(["hex", "base64"]).optional(),
  /** What stands before the signature in its header, such as `sha256=`. Default: nothing. */
  prefix: z.string().max(50).optional(),
  /** The header with the signed time in seconds or milliseconds since 1970. Default: the provider signs none. */
  timestamp_header: HeaderName.optional(),
  /** What is signed, with `{timestamp}` and `{body}`. Default: `{timestamp}.{body}` with a header of the time, else `{body}`. */
  signed: Signed.optional(),
  tolerance,
}).superRefine(({ timestamp_header, signed, tolerance: given }, context) => {
  const fault = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  const hasTime = signed?.includes(timestampPart) ?? timestamp_header !== undefined;
  if (timestamp_header !== undefined && !hasTime)
    fault("signed", "must have {timestamp} in it: anybody can write a time that is not signed");
  if (timestamp_header === undefined && hasTime)
    fault("timestamp_header", "is missing: it has the {timestamp} of `signed`");
  if (timestamp_header === undefined && given !== undefined)
    fault("tolerance", "needs `timestamp_header`: no time is signed");
});

/** How a signature is checked. None of it can be left out: a hook without a check would let every stranger make jobs. */
const Verify = z.discriminatedUnion("preset", [
  strict({ preset: z.enum(["stripe", "slack", "standard-webhooks"]), ...secrets, tolerance }),
  strict({ preset: z.enum(["github", "shopify"]), ...secrets }),
  Hmac,
]);
export type HookVerify = z.output<typeof Verify>;

const Template = z.string().min(1).max(requestLimits.keyExpression);

/** The job that a delivery becomes. All texts are templates, and `$Hook{body}` is what was delivered. */
const ToEvent = strict({
  event: EventTag,
  app: z.string().optional(),
  input: z.record(z.string(), z.unknown()),
  start_at: z.union([z.string(), z.number()]).optional(),
  expires_at: z.union([z.string(), z.number()]).optional(),
  labels: z
    .array(z.string().min(1))
    .max(requestLimits.labels - 1)
    .optional(),
  fairness_key: Template.optional(),
  priority: z.int().optional(),
  retries: z.int().min(0).max(requestLimits.retries).optional(),
});

/** The signal that a delivery becomes. */
const ToSignal = strict({ signal: Tag, key: Template, payload: z.unknown().optional() });

/** The settings of an env, which win over those of `verify`. */
const InEnv = strict(secrets);

export const Hook = strict({
  description: z.string().optional(),
  verify: Verify,
  /** The envs that have the hook, with their secrets. Default: every env of the product, with the secret of `verify`. */
  envs: z.record(z.string(), InEnv).optional(),
  /** The fields that a body must have. It may have others, as providers add fields at any time. Default: any body. */
  schema: fieldsSchema.optional(),
  /** What must hold of a delivery, or it is answered and dropped. */
  when: z.union([Condition, z.array(Condition).min(1)]).optional(),
  /** What names a delivery, so that it is taken once. Default: the id that the preset knows, else a hash of the body. */
  id: Template.optional(),
  /** Whether what was sent is kept, so that it can be delivered again. Default: true. */
  keep_body: z.boolean().optional(),
  to: z.union([ToEvent, ToSignal], {
    error: ({ input }) =>
      typeof input === "object" && input !== null && ("event" in input || "signal" in input)
        ? undefined
        : "must name an `event` with its `input`, or a `signal` with its `key`",
  }),
});
export type Hook = z.input<typeof Hook>;

/** The most hooks of a product, and characters of a name, which is part of a label. */
const mostHooks = 100;
export const longestHookName = 50;

export const Hooks = z
  .record(Tag.max(longestHookName), Hook)
  .refine((hooks) => Object.keys(hooks).length <= mostHooks, { error: `must be at most ${mostHooks} hooks` });
