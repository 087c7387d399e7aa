import type { Clock } from "../../core/ports/clock.ts";
import type { Issuers } from "../../core/ports/issuers.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import { remoteKeys } from "../sessions/remote-keys.ts";
import { discovery } from "./discovery.ts";
import { claimsOfIdToken } from "./id-token.ts";
import { idTokenFor } from "./token-endpoint.ts";

interface OidcIssuersOptions {
  secrets: Pick<Secrets, "resolve">;
  clock: Pick<Clock, "now">;
}

/** Issuers of OpenID Connect. What they say of themselves and their keys are kept per warm process. */
export function oidcIssuers({ secrets, clock }: OidcIssuersOptions): Issuers {
  const metadataOf = discovery(clock);
  const keysOf = remoteKeys();
  return {
    authorizationEndpoint: async ({ issuer }) => (await metadataOf(issuer)).authorization_endpoint,

    async claimsOf(issuer, returned, now) {
      const metadata = await metadataOf(issuer.issuer);
      const token = await idTokenFor(secrets, issuer, metadata, returned);
      return claimsOfIdToken(token, keysOf(metadata.jwks_uri), issuer, { nonce: returned.nonce, now });
    },
  };
}
