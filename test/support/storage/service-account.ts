import { generateKeyPairSync } from "node:crypto";

/** The JSON key of a service account that does not exist. */
export const aServiceAccount = (overrides: Record<string, unknown> = {}): string =>
  JSON.stringify({
    type: "service_account",
    project_id: "test",
    client_email: "jobs@test.iam.gserviceaccount.example",
    private_key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
      type: "pkcs8",
      format: "pem",
    }),
    ...overrides,
  });
