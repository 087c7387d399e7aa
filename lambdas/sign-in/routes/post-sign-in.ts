import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { newApiKey } from "../../core/access/api-key.ts";
import { keyNameOf, personOf } from "../../core/access/person.ts";
import { isOwnRedirect } from "../../core/access/redirects.ts";
import { roleOf } from "../../core/access/roles.ts";
import { type Scopes, verbsOf } from "../../core/access/scopes.ts";
import { accessOf, type Claims, type SignInIssuer, signedInMs } from "../../core/access/sign-in.ts";
import { JobError } from "../../core/job/job-error.ts";
import { defined } from "../../core/kernel/defined.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import { parseBody } from "../../core/kernel/parse-body.ts";
import { invalidRequest, RequestError } from "../../core/kernel/request-error.ts";
import { keyCaller, keyCreation } from "../../core/operations/audited-fields.ts";
import { recordChange } from "../../core/operations/record-change.ts";
import { type Returned, SignInRefused } from "../../core/ports/issuers.ts";
import { SignedInSchema, SignInRequest } from "../schemas.ts";
import type { SignInServices } from "../services.ts";
import { logFault } from "./log-fault.ts";

/** Makes a key of eight hours for a person whom an issuer vouches for, with what the rules of the issuer give. */
export async function handle(services: SignInServices, { id, body }: HttpRequest): Promise<HttpResponse> {
  const { issuer: named, ...returned } = parseBody(SignInRequest(), body);
  const issuer = ownIssuer(services, named);
  requireOwnRedirect(services, returned.redirect_uri);
  const claims = await issuerClaims(services, issuer, returned);
  const person = personOf(named, claims);
  if (!person) throw unauthenticated("The issuer's token names nobody (`sub`).");
  const { scopes, rule, rate } = accessGiven(services, issuer, claims);
  const now = services.clock.now();
  const expires_at = now + signedInMs;
  const name = keyNameOf(person, claims);
  const { key, record } = newApiKey({
    name,
    scopes,
    created_at: now,
    expires_at,
    made_by: "sign-in",
    person,
    ...defined({ rate }),
  });
  await services.keys.create(record);
  await recordChange(services, { ...keyCaller(record), request_id: id }, keyCreation("person.sign_in", record));
  services.log.info("signed in", { key_id: record.id, issuer: named, sub: person.sub, rule });
  return { status: 200, body: { api_key: key, expires_at, person, ...shownScopes(scopes) } };
}

function ownIssuer({ signIn }: SignInServices, named: string): SignInIssuer {
  const found = signIn.find(({ issuer }) => issuer === named);
  if (found) return found;
  throw invalidRequest([{ pointer: "/issuer", detail: "is none of this deployment: GET /v1/sign-in lists them" }]);
}

function requireOwnRedirect({ pageUrl }: SignInServices, redirectUri: string): void {
  if (isOwnRedirect(redirectUri, pageUrl)) return;
  const detail = `must be ${pageUrl}, or http://127.0.0.1:<port>/callback for the command line`;
  throw invalidRequest([{ pointer: "/redirect_uri", detail }]);
}

const unauthenticated = (message: string) => new RequestError("UNAUTHENTICATED", message);

async function issuerClaims(services: SignInServices, issuer: SignInIssuer, returned: Returned): Promise<Claims> {
  try {
    return await services.issuers.claimsOf(issuer, returned, services.clock.now());
  } catch (error) {
    if (error instanceof SignInRefused) {
      services.log.info("sign-in refused", { issuer: issuer.issuer, why: error.message });
      throw unauthenticated(`${error.message} Sign in again.`);
    }
    logFault(services.log, issuer.issuer, error);
    if (isIssuerPassing(error))
      throw new RequestError("UNAVAILABLE", "The issuer does not answer for now. Sign in again in a moment.", {
        cause: error,
        retryAfterSeconds: 10,
      });
    throw error;
  }
}

const isIssuerPassing = (error: unknown): boolean =>
  error instanceof TransientError || (error instanceof JobError && error.code === "SERVICE_UNAVAILABLE");

/** A rule that fits gives access; what the person is told otherwise names no rule. */
function accessGiven(
  { log }: SignInServices,
  { issuer, rules }: SignInIssuer,
  claims: Claims,
): { scopes: Scopes; rule: number; rate?: number } {
  const access = accessOf(rules, claims);
  if (access.is === "given") return access;
  const fields = { issuer, sub: claims.sub, claims: Object.keys(claims).slice(0, 50) };
  if (access.is === "cut off") {
    log.warn("sign-in refused: the issuer has cut a claim off", { ...fields, claim: access.claim });
    throw new RequestError(
      "FORBIDDEN",
      `The issuer has cut off \`${access.claim}\`: you are in too many groups for its token, so what you may do is not known. Your administrator can let the issuer send fewer groups, or app roles.`,
    );
  }
  log.info("sign-in refused: no rule fits", fields);
  throw new RequestError(
    "FORBIDDEN",
    "You have signed in, but nothing here is open to you: no rule of this deployment fits what the issuer says of you.",
  );
}

const shownScopes = (scopes: Scopes) => ({
  ...defined({ role: roleOf(scopes) }),
  verbs: verbsOf(scopes),
  products: scopes.products,
  envs: scopes.envs,
});

export const doc = (): RouteDoc => ({
  tag: "service",
  summary: "Sign in with the code of an issuer",
  body: { schema: SignInRequest() },
  answers: { 200: { description: "An API key of eight hours, and what it may do.", schema: SignedInSchema() } },
  errors: ["INVALID_REQUEST", "UNAUTHENTICATED", "FORBIDDEN", "UNAVAILABLE"],
});
