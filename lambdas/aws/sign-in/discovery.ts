import * as z from "zod";
import type { Clock } from "../../core/ports/clock.ts";
import { fetchJson } from "./fetch-json.ts";
import { IssuerSetup } from "./issuer-setup.ts";

/** How long what an issuer says of itself is kept, in milliseconds. */
const keptMs = 3_600_000;
/** How long one that did not answer is not asked again, since every caller may ask for the list of issuers. */
const failedMs = 10_000;
const timeoutMs = 3000;

const Metadata = () =>
  z.object({
    issuer: z.string(),
    authorization_endpoint: z.string(),
    token_endpoint: z.string(),
    jwks_uri: z.string(),
    token_endpoint_auth_methods_supported: z.array(z.string()).default(["client_secret_basic"]),
  });
export type Metadata = z.infer<ReturnType<typeof Metadata>>;

/**
 * What an issuer says of itself, kept as long as the process is warm.
 * https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export function discovery(clock: Pick<Clock, "now">): (issuer: string) => Promise<Metadata> {
  const known = new Map<string, { until: number; metadata: Promise<Metadata> }>();
  return (issuer) => {
    const found = known.get(issuer);
    if (found && clock.now() < found.until) return found.metadata;
    const entry = { until: clock.now() + keptMs, metadata: issuerMetadata(issuer) };
    known.set(issuer, entry);
    entry.metadata.catch(() => {
      entry.until = clock.now() + failedMs;
    });
    return entry.metadata;
  };
}

async function issuerMetadata(issuer: string): Promise<Metadata> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { status, body } = await fetchJson(url, { headers: { accept: "application/json" } }, timeoutMs);
  const parsed = Metadata().safeParse(body, { jitless: true });
  if (status !== 200 || !parsed.success)
    throw new IssuerSetup(`${url} does not say where people sign in (status ${status})`);
  if (parsed.data.issuer !== issuer)
    throw new IssuerSetup(`${url} is of another issuer: the setting has to name it to the letter`);
  const { authorization_endpoint, token_endpoint, jwks_uri } = parsed.data;
  const { protocol } = new URL(issuer);
  const isSafe = [authorization_endpoint, token_endpoint, jwks_uri].every(
    (one) => URL.canParse(one) && ["https:", protocol].includes(new URL(one).protocol),
  );
  if (!isSafe) throw new IssuerSetup(`${url} names an address that is not https`);
  return parsed.data;
}
