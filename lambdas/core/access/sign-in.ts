import * as z from "zod";
import { SecretReference } from "../catalog/reference-schema.ts";
import { defined } from "../kernel/defined.ts";
import { strict } from "../kernel/schema.ts";
import { roles, scopesGiven } from "./roles.ts";
import { type Scopes, verbs } from "./scopes.ts";

/** For how long a key works that was made by signing in. */
export const signedInMs = 8 * 3_600_000;

/** `http` is for an issuer on this machine, as tests have it. */
const isSafe = (url: string): boolean => {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, search, hash, username } = new URL(url);
  const isHere = protocol === "http:" && hostname === "127.0.0.1";
  return (protocol === "https:" || isHere) && `${search}${hash}${username}` === "";
};

const Value = z.union([z.string().min(1), z.boolean(), z.number()]);
const Names = z.array(z.string().min(1)).min(1).readonly();

const SignInRule = strict({
  /** What the token must say, all of it: a value, or one of several. A claim that is a list has to contain it. */
  claims: z
    .record(z.string().min(1), z.union([Value, z.array(Value).min(1).readonly()]))
    .refine((claims) => Object.keys(claims).length > 0, "must name a claim: an empty one would admit everybody"),
  role: z.enum(roles).exactOptional(),
  verbs: z.array(z.enum(verbs)).min(1).readonly().exactOptional(),
  products: Names,
  envs: Names,
  /** How many requests per second the key may send. Default: as many as the stage takes. */
  rate: z.int().min(1).exactOptional(),
}).refine(({ role, verbs: given }) => (role === undefined) !== (given === undefined), "must have a role or verbs");

const SignInIssuer = strict({
  /** As its tokens name it (`iss`), to the letter. */
  issuer: z
    .string()
    .max(300)
    .refine(isSafe, "must be the address of an issuer, like https://login.example.com, without a query"),
  /** What the button says. Default: the issuer's host. */
  name: z.string().min(1).max(64).exactOptional(),
  clientId: z.string().min(1).max(300),
  clientSecret: SecretReference.exactOptional(),
  /** An audience that tokens may have besides the client. Default: none. */
  audience: z.string().min(1).exactOptional(),
  /** What the page asks for, `openid` included. */
  scope: z
    .string()
    .regex(/^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must begin with "openid", the others behind it after a space each')
    .exactOptional(),
  rules: z.array(SignInRule).min(1).readonly(),
});

/** The setting `signIn`: who may vouch for people, and what people may do of whom it says what. */
export const SignIn = z
  .array(SignInIssuer)
  .min(1)
  .readonly()
  .refine((all) => new Set(all.map(({ issuer }) => issuer)).size === all.length, "must name each issuer once");

export type SignInIssuer = z.infer<typeof SignInIssuer>;
type SignInRule = z.infer<typeof SignInRule>;

export const defaultScope = "openid email profile";

/** What an issuer says of a person. */
export type Claims = Readonly<Record<string, unknown>>;

export type Access =
  | { is: "given"; scopes: Scopes; rule: number; rate?: number }
  /** No rule fits. */
  | { is: "none" }
  /** The issuer has left a claim out that a rule asks for, because it would have been too long. */
  | { is: "cut off"; claim: string };

/** What a person may do: the first rule counts of which every claim fits. */
export function accessOf(rules: readonly SignInRule[], claims: Claims): Access {
  for (const [rule, { claims: asked, rate, ...given }] of rules.entries()) {
    const fits = Object.entries(asked).map(([claim, wanted]) => ({ claim, fits: fitOf(claims, claim, wanted) }));
    if (fits.some((one) => one.fits === "no")) continue;
    // Whether this rule fits is not known, so no later one may count.
    const cut = fits.find((one) => one.fits === "cut off");
    return cut
      ? { is: "cut off", claim: cut.claim }
      : { is: "given", scopes: ruleScopes(given), rule, ...defined({ rate }) };
  }
  return { is: "none" };
}

const ruleScopes = ({ role, verbs: own = [], products, envs }: Omit<SignInRule, "claims" | "rate">): Scopes =>
  scopesGiven(role === undefined ? { products, envs, verbs: own } : { products, envs, role });

type Fit = "yes" | "no" | "cut off";

function fitOf(claims: Claims, name: string, wanted: SignInRule["claims"][string]): Fit {
  if (isCutOff(claims, name)) return "cut off";
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  // At some issuers people may write any address into their profile.
  if (name === "email" && !isEmailVerified(claims)) return "no";
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [wanted].flat().some((one) => values.includes(one)) ? "yes" : "no";
}

/**
 * Entra leaves the groups of a person out who has more than 200, and says where they could be asked for.
 * https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference#groups-overage-claim
 * `_claim_names` is of OpenID Connect Core 1.0, 5.6.2.
 */
function isCutOff(claims: Claims, name: string): boolean {
  const { _claim_names: elsewhere, hasgroups } = claims;
  if (name === "groups" && (hasgroups === true || hasgroups === "true")) return true;
  return typeof elsewhere === "object" && elsewhere !== null && Object.hasOwn(elsewhere, name);
}

export const isEmailVerified = ({ email_verified: verified }: Claims): boolean =>
  verified === true || verified === "true";
