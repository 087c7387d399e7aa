import { JobError } from "../../../core/job/job-error.ts";
import type { LambdaClients } from "../../clients/aws/lambda-clients.ts";
import { signedFor } from "./url.ts";

interface Request {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | undefined;
}

/** The headers of a request with the signature (SigV4) of this consumer's own role. */
export async function signed(clients: LambdaClients, request: Request, asked: string | undefined, now: Date) {
  const { url } = request;
  const host = signedFor(url);
  const region = asked ?? host.region;
  if (region === undefined) {
    throw new JobError(
      "CONFIGURATION_ERROR",
      "The function's URL does not contain its region: add `region` to its auth in the catalog.",
    );
  }
  const [{ SignatureV4 }, { Sha256 }] = await Promise.all([
    import("@smithy/signature-v4"),
    import("@aws-crypto/sha256-js"),
  ]);
  const signer = new SignatureV4({
    service: host.service,
    region,
    credentials: await signingCredentialsOf(clients, region),
    sha256: Sha256,
  });
  const { headers } = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: { ...request.headers, host: url.host },
      ...(request.body !== undefined && { body: request.body }),
    },
    { signingDate: now },
  );
  return headers;
}

/** From the chain that every AWS client uses; the client for it is not called. */
async function signingCredentialsOf(clients: LambdaClients, region: string) {
  const { credentials } = (await clients(region)).config;
  try {
    return await credentials();
  } catch (cause) {
    throw new JobError("CONFIGURATION_ERROR", "This consumer has no AWS credentials to sign with.", { cause });
  }
}

const queryOf = ({ searchParams }: URL): Record<string, string[]> =>
  Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
