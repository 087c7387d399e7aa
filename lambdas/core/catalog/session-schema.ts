import * as z from "zod";
import { must } from "../kernel/plain-faults.ts";
import { strict } from "../kernel/schema.ts";
import { urlFault } from "../kernel/url.ts";
import { perEnv } from "./per-env.ts";
import { Reference } from "./reference-schema.ts";
import { asymmetricAlgorithms, symmetricAlgorithms } from "./sessions.ts";

const Jwks = z.string().superRefine((url, context) => {
  const fault = urlFault(url, { plainLoopback: true });
  if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
});

const Text = z.string().min(1);

const Settings = strict({
  /** The URL of the issuer's public keys: https, or plain HTTP to this machine. */
  jwks: Jwks.optional(),
  /** The secret that the issuer signs with, of at least 32 bytes. */
  secret: Reference.optional(),
  /** The accepted algorithms. Default: every asymmetric one for `jwks`, HS256 for `secret`. */
  algorithms: z.array(z.string()).min(1).optional(),
  /** Who the tokens are for: one of these must be in the token's `aud`. */
  audience: z.union(
    [Text, z.array(Text).min(1)],
    must("must be a string or a list of strings: whom the tokens are for"),
  ),
  /** The token's `iss`. Default: any. */
  issuer: Text.optional(),
}).superRefine((settings, context) => {
  const { jwks, secret, algorithms = [] } = settings;
  const fault = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
  if (jwks === undefined && secret === undefined)
    fault([], "needs `jwks` or `secret`: what signatures are checked with");
  if (jwks !== undefined && secret !== undefined) fault(["secret"], "goes not with `jwks`: give one of the two");
  const allowed = secret === undefined ? asymmetricAlgorithms : symmetricAlgorithms;
  for (const [i, algorithm] of algorithms.entries()) {
    if (!allowed.includes(algorithm)) fault(["algorithms", i], algorithmFault(algorithm, allowed));
  }
});

/** If a public key could check HMAC signatures, everybody who has the public key could make them. */
function algorithmFault(algorithm: string, allowed: readonly string[]): string {
  if (symmetricAlgorithms.includes(algorithm)) return "needs a `secret`: whoever knows a public key could sign with it";
  if (asymmetricAlgorithms.includes(algorithm)) return "needs `jwks`: a secret is no public key";
  return `is none of ${allowed.join(", ")}`;
}

export const Session = strict({
  /** The claims that texts may refer to. Default: any. */
  claims: z.array(Text).min(1).optional(),
  envs: perEnv(Settings),
});
export type Session = z.input<typeof Session>;
