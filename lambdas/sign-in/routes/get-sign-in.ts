import type { HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { defaultScope, type SignInIssuer } from "../../core/access/sign-in.ts";
import { defined } from "../../core/kernel/defined.ts";
import { IssuersSchema } from "../schemas.ts";
import type { SignInServices } from "../services.ts";
import { logFault } from "./log-fault.ts";

/** Answers who may vouch for people, and where. An issuer that does not answer hides no other one. */
export async function handle(services: SignInServices): Promise<HttpResponse> {
  const issuers = await Promise.all(services.signIn.map((issuer) => issuerShown(services, issuer)));
  return { status: 200, body: { issuers, redirect_uri: services.pageUrl } };
}

async function issuerShown(services: SignInServices, one: SignInIssuer) {
  const { issuer, name = new URL(issuer).host, clientId: client_id, scope = defaultScope } = one;
  const authorization_endpoint = await services.issuers.authorizationEndpoint(one).catch((error: unknown) => {
    logFault(services.log, issuer, error);
    return undefined;
  });
  return { issuer, name, client_id, scope, ...defined({ authorization_endpoint }) };
}

export const doc = (): RouteDoc => ({
  tag: "service",
  summary: "List where people sign in",
  answers: { 200: { description: "The issuers.", schema: IssuersSchema() } },
  errors: [],
});
