import * as z from "zod";
import { roles } from "../core/access/roles.ts";
import { strict } from "../core/kernel/schema.ts";
import { at } from "../core/queries/schemas/at.ts";
import { PersonSchema, VerbSchema } from "../core/queries/schemas/me.ts";

/** What the page and the command line send once an issuer has sent the person back. */
export const SignInRequest = () =>
  strict({
    issuer: z.string().max(300),
    code: z.string().regex(/^[\x21-\x7e]{1,8192}$/, "must be the code that the issuer has sent back"),
    verifier: z.string().regex(/^[\w.~-]{43,128}$/, "must be the verifier of PKCE: 43 to 128 letters, digits and -._~"),
    redirect_uri: z.string().max(300),
    nonce: z.string().regex(/^[\x21-\x7e]{16,256}$/, "must have 16 to 256 printable characters without spaces"),
  });

export const IssuersSchema = () =>
  z.object({
    issuers: z.array(
      z.object({
        issuer: z.string().describe("The issuer, as `POST /v1/sign-in` takes it."),
        name: z.string().describe("What people call it."),
        client_id: z.string(),
        scope: z.string(),
        authorization_endpoint: z
          .string()
          .exactOptional()
          .describe("Where people sign in. Absent while the issuer does not answer."),
      }),
    ),
    redirect_uri: z.string().describe("The address of the page, to which issuers send people back."),
  });

export const SignedInSchema = () =>
  z.object({
    api_key: z.string().describe("An API key of the person. It is shown only once."),
    expires_at: at("When the key expires."),
    person: PersonSchema,
    role: z.enum(roles).exactOptional(),
    verbs: z.array(VerbSchema),
    products: z.array(z.string()),
    envs: z.array(z.string()),
  });
