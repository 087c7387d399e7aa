import { roleCredentials } from "../../../../lambdas/aws/client/role-credentials.ts";

const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;
const kept = { ...process.env };
beforeEach(() => {
  for (const name of names) delete process.env[name];
});
afterAll(() => {
  process.env = kept;
});

test("role credentials are those in the Lambda's environment", async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key", AWS_SESSION_TOKEN: "token" });
  expect(await roleCredentials()).toEqual({ accessKeyId: "id", secretAccessKey: "key", sessionToken: "token" });
});

test("role credentials need no session token", async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" });
  expect(await roleCredentials()).toEqual({ accessKeyId: "id", secretAccessKey: "key" });
});

test("missing role credentials throw an error of the SDK's name", async () => {
  process.env.AWS_ACCESS_KEY_ID = "id";
  await expect(roleCredentials()).rejects.toMatchObject({ name: "CredentialsProviderError" });
});
