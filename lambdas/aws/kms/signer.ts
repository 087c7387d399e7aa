import { type KMSClient, SignCommand } from "@aws-sdk/client-kms";
import type { Signer } from "../../core/ports/audit-record.ts";
import { throwClassified } from "../client/aws-errors.ts";

/**
 * Signs with an asymmetric key of KMS. KMS takes 4 KB and hashes them, so it gets the hash of a longer text; of P-256 it is that of SHA-256.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export const kmsSigner =
  ({ client, keyId }: { client: KMSClient; keyId: string }): Signer =>
  async (text) => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    const command = new SignCommand({
      KeyId: keyId,
      Message: digest,
      MessageType: "DIGEST",
      SigningAlgorithm: "ECDSA_SHA_256",
    });
    const { Signature } = await client.send(command).catch(throwClassified);
    if (!Signature) throw new Error("KMS has signed nothing.");
    return Buffer.from(Signature).toString("base64");
  };
