import type { Product } from "./job-type.ts";
import type { Reference } from "./references.ts";

/** Algorithms whose signatures are checked with a public key of a JWKS. */
export const asymmetricAlgorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];
/** Algorithms whose signatures are made and checked with one secret. */
export const symmetricAlgorithms = ["HS256", "HS384", "HS512"];

/** How the tokens of a session are checked in one env. Either `jwks` or `secret` is given. */
export interface SessionSettings {
  /** The URL of the issuer's public keys (RFC 7517). */
  jwks?: string | undefined;
  secret?: Reference | undefined;
  /** Default: every asymmetric algorithm for a JWKS, HS256 for a secret. */
  algorithms?: readonly string[] | undefined;
  audience: string | readonly string[];
  issuer?: string | undefined;
}

/** `sessions.<tag>` of a product: the tokens that requests may bring, and the claims that texts may refer to. */
interface ProductSession {
  /** Default: any claim. */
  claims?: readonly string[] | undefined;
  envs: Record<string, SessionSettings>;
}

export const sessionsOf = (product: Product): Record<string, ProductSession> =>
  (product.sessions ?? {}) as Record<string, ProductSession>;
