import { createHash, createHmac } from "node:crypto";
import { Sha256 as AwsSha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../../../lambdas/aws/client/sha256.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { noon } from "../../../support/builders.ts";

const text = "AWS4-HMAC-SHA256";
const bytes = Buffer.from(text);
const kinds: [string, string | ArrayBuffer | ArrayBufferView][] = [
  ["a string", text],
  ["bytes", bytes],
  ["a view of some bytes", new Uint8Array(Buffer.from(`..${text}..`)).subarray(2, 2 + text.length)],
  ["a buffer", Uint8Array.from(bytes).buffer],
];

const digestOf = async (hash: Sha256, data: string | ArrayBuffer | ArrayBufferView) => {
  hash.update(data);
  return Buffer.from(await hash.digest()).toString("hex");
};

test.each(kinds)("the hash of %s is SHA-256", async (_kind, data) => {
  expect(await digestOf(new Sha256(), data)).toBe(createHash("sha256").update(text).digest("hex"));
});

test.each(kinds)("with a secret that is %s the hash is an HMAC, and reset starts anew", async (_kind, secret) => {
  const hash = new Sha256(secret);
  await digestOf(hash, "something else");
  hash.reset();
  expect(await digestOf(hash, text)).toBe(createHmac("sha256", text).update(text).digest("hex"));
});

test("a request gets the same signature as with AWS's own class", async () => {
  const request = { method: "POST", protocol: "https:", hostname: "dynamodb.us-east-1.amazonaws.com", path: "/" };
  const signed = async (sha256: typeof Sha256 | typeof AwsSha256) => {
    const signer = new SignatureV4({ ...settings, service: "dynamodb", sha256 });
    const { headers } = await signer.sign({ ...request, headers: {}, body: "{}" }, { signingDate: new Date(noon) });
    return headers;
  };
  const ours = await signed(Sha256);
  expect(ours.authorization).toMatch(/Signature=[0-9a-f]{64}$/);
  expect(ours).toEqual(await signed(AwsSha256));
});
