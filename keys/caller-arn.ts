import { Sha256 } from "@aws-crypto/sha256-js";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";

const body = "Action=GetCallerIdentity&Version=2011-06-15";

/** Where an emulator stands in for AWS, as the SDK finds it. */
const ownEndpoint = () => process.env.AWS_ENDPOINT_URL_STS || process.env.AWS_ENDPOINT_URL || undefined;

/**
 * The ARN of whoever these credentials are of. STS answers it to everybody and no policy can deny it. Undefined where it cannot be asked: a
 * key is made all the same.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function callerArn(
  { config }: Pick<DynamoDBClient, "config">,
  { fetch = globalThis.fetch, endpoint = ownEndpoint() }: { fetch?: typeof globalThis.fetch; endpoint?: string } = {},
): Promise<string | undefined> {
  try {
    const region = await config.region();
    const regional = `https://sts.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
    const { href: url, host: hostname, protocol } = new URL("/", endpoint ?? regional);
    const signer = new SignatureV4({ credentials: config.credentials, region, service: "sts", sha256: Sha256 });
    const headers = { host: hostname, "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
    const request = { method: "POST", protocol, hostname, path: "/", query: {}, headers, body };
    const signed = await signer.sign(request);
    const answer = await fetch(url, {
      method: "POST",
      headers: signed.headers,
      body,
      signal: AbortSignal.timeout(3000),
    });
    return /<Arn>(arn:[\w:/+=,.@-]{1,512})<\/Arn>/.exec(await answer.text())?.[1];
  } catch {
    return undefined;
  }
}
