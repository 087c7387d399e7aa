import * as z from "zod";
import { Reference, SecureUrl, TextOrReference } from "../../../core/catalog/reference-schema.ts";
import { strict } from "../../../core/kernel/schema.ts";

/** How a server authenticates its callers; every credential is a reference. */
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

/** How the record of a body is sent: as JSON, as form fields, or as the string in its only field, `text`. */
export const BodyType = z.enum(["json", "form", "text"]);
export type BodyType = z.infer<typeof BodyType>;
