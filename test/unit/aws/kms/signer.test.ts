import { createHash } from "node:crypto";
import { KMSClient } from "@aws-sdk/client-kms";
import { expect, it } from "@jest/globals";
import { kmsSigner } from "../../../../lambdas/aws/kms/signer.ts";
import { TransientError } from "../../../../lambdas/core/kernel/errors.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { stubHandler } from "../../../support/aws/stub-handler.ts";

it("lets KMS sign the hash of a text of any length", async () => {
  const requestHandler = stubHandler(() => ({ body: { Signature: Buffer.from("signed").toString("base64") } }));
  const sign = kmsSigner({ client: new KMSClient({ ...settings, requestHandler }), keyId: "key" });
  const text = "😀".repeat(50_000);
  expect(await sign(text)).toBe(Buffer.from("signed").toString("base64"));
  expect(requestHandler.requests[0]?.body).toEqual({
    ...{ KeyId: "key", MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" },
    Message: createHash("sha256").update(text).digest("base64"),
  });
});

it("says that it is for now if KMS is throttled", async () => {
  const requestHandler = stubHandler(() => ({ statusCode: 400, body: { __type: "ThrottlingException" } }));
  const sign = kmsSigner({ client: new KMSClient({ ...settings, requestHandler, maxAttempts: 1 }), keyId: "key" });
  await expect(sign("a")).rejects.toBeInstanceOf(TransientError);
});
