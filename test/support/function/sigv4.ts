import { createHash, createHmac } from "node:crypto";
import { settings } from "../aws/client-settings.ts";
import type { Received } from "./http-function.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** AWS's side of SigV4, written from its documentation alone: whether a request carries the test credentials' signature. */
export function isSigned({ method, url = "", headers, body }: Received, region: string, service: string): boolean {
  const auth = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(
    headers.authorization ?? "",
  );
  const time = String(headers["x-amz-date"]);
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  if (!auth || auth[1] !== `${settings.credentials.accessKeyId}/${scope}`) return false;
  const [path = "", query = ""] = url.split("?");
  const names = (auth[2] as string).split(";");
  const canonical = [
    method,
    // Every service but S3 encodes the already encoded path a second time.
    path.split("/").map(encodeURIComponent).join("/"),
    query.split("&").sort().join("&"),
    ...names.map((name) => `${name}:${String(headers[name]).trim()}`),
    "",
    names.join(";"),
    sha256(body),
  ].join("\n");
  const key = [time.slice(0, 8), region, service, "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${settings.credentials.secretAccessKey}`,
  );
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  return hmac(key, text).toString("hex") === auth[3];
}
