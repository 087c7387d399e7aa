import { generateKeyPairSync } from "node:crypto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import pg from "pg";
import type { OutsideWorld } from "./outside-world.ts";

export const documents = "my-product-documents";

/** The options of clients of the emulator. */
interface Clients {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

interface Targets {
  databaseUrl: string;
  outside: OutsideWorld;
}

/** The table, the bucket and the credentials that the demo's events use; they belong to the team, not to the deployment. */
export async function makeTargets(clients: Clients, { databaseUrl, outside }: Targets): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    "CREATE TABLE orders (id uuid PRIMARY KEY, customer text, total numeric, created_at timestamptz DEFAULT now())",
  );
  await client.end();
  const s3 = new S3Client({ ...clients, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: documents }));
  await storeReferences(clients, { databaseUrl, outside });
}

/** The values behind the references of products/my-product.ts, which lead to the outside world of this test. */
async function storeReferences(clients: Clients, { databaseUrl, outside }: Targets): Promise<void> {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const serviceAccount = {
    type: "service_account",
    project_id: "demo",
    client_email: "jobs@demo.iam.gserviceaccount.com",
    private_key_id: "1",
    private_key: privateKey,
    token_uri: `${outside.url}/token`,
  };
  const secrets = {
    "my-product/fcm": serviceAccount,
    "my-product/shop": { token: "shop-token" },
    "my-product/smtp": { url: "smtp://127.0.0.1:1" },
    "my-product/orders": { url: databaseUrl },
  };
  const parameters = {
    "/my-product/fcm-endpoint": outside.url,
    "/my-product/shop-url": outside.url,
    "/my-product/express-url": outside.url,
    "/my-product/parcel-url": outside.url,
    "/my-product/chat-url": `${outside.url}/chat`,
    "/my-product/callback-url": `${outside.url}/callback`,
    "/my-product/pricing-url": `${outside.url}/pricing`,
    "/my-product/documents-bucket": documents,
  };
  const secretsManager = new SecretsManagerClient(clients);
  for (const [Name, value] of Object.entries(secrets)) {
    await secretsManager.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) }));
  }
  const ssm = new SSMClient(clients);
  for (const [Name, Value] of Object.entries(parameters)) {
    await ssm.send(new PutParameterCommand({ Name, Value, Type: "String" }));
  }
}
