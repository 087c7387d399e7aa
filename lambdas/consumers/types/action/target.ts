import * as z from "zod";
import { perEnv } from "../../../core/catalog/per-env.ts";
import { HttpUrl, Reference, SecureUrl, secureWhere, TextOrReference } from "../../../core/catalog/reference-schema.ts";
import { strict } from "../../../core/schema/schema.ts";
import { Tag } from "../../../core/schema/tag.ts";
import { carriesCredentials } from "./credentials.ts";
import { actionInput } from "./input.ts";

/** How an app wants to be authenticated with; every credential by reference. */
export const Auth = z.discriminatedUnion("type", [
  strict({ type: z.literal("none") }),
  strict({ type: z.literal("basic"), username: TextOrReference, password: Reference }),
  strict({ type: z.literal("bearer"), token: Reference }),
  strict({ type: z.literal("api_key"), in: z.enum(["header", "query"]), name: z.string().min(1), key: Reference }),
  /** The client credentials grant (RFC 6749 4.4). */
  strict({
    type: z.literal("oauth2"),
    token_url: SecureUrl,
    client_id: TextOrReference,
    client_secret: Reference,
    scope: z.string().min(1).optional(),
    audience: z.string().min(1).optional(),
    /** Where the client's credentials go: form fields, which most providers read, or a Basic header. Default: body. */
    client_auth: z.enum(["body", "basic"]).optional(),
  }),
]);
export type Auth = z.infer<typeof Auth>;

/** What the body's record becomes: JSON, form fields, or the text of its single field `text`. */
export const BodyType = z.enum(["json", "form", "text"]);
export type BodyType = z.infer<typeof BodyType>;

/** Executors read the catalog as it is written, so nothing here has a zod default: they fill in what is left out. */
export const appTarget = () =>
  strict({
    envs: perEnv(
      secureWhere(
        "base_url",
        ({ auth }) => carriesCredentials(auth),
        strict({ base_url: HttpUrl, auth: Auth.optional() }),
      ),
    ),
    actions: z.record(
      Tag,
      strict({
        method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
        /**
         * Below the base URL; `:name` is filled from the input's `params`, except right after a letter or digit, so
         * that `/messages:send` is a path of its own.
         */
        path: z.string().regex(/^\//, "starts with /"),
        /** Default: json. */
        body_type: BodyType.optional(),
        /** A field of the input replaces the default's field of the same name; a query field of null removes it. */
        defaults: actionInput().optional(),
      }),
    ),
  });
export type AppTarget = z.output<ReturnType<typeof appTarget>>;
