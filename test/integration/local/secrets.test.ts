import {
  GetSecretValueCommand,
  ListSecretsCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parameterReader } from "../../../lambdas/aws/parameter-reader.ts";
import { secretReader } from "../../../lambdas/aws/secret-reader.ts";
import { awsSecrets } from "../../../lambdas/aws/secrets.ts";
import { parameter, secret as reference } from "../../../lambdas/core/references.ts";
import { credentials } from "../../../local/credentials.ts";
import { lambdaEnvironment } from "../../../local/environment.ts";
import type { Listening } from "../../../local/http.ts";
import { parseReferences, readReferences, valuesByName } from "../../../local/servers/secret-values.ts";
import { startSecrets } from "../../../local/servers/secrets.ts";

const file = `
# the demo's shop
my-product/shop#token=abc#1
my-product/shop#user = "ada"
my-product/fcm={"type":"service_account","note":"a # in it"}
/my-product/shop-url=http://127.0.0.1:1/shop?a=b#c
`;

let server: Listening;
let secrets: SecretsManagerClient;
let ssm: SSMClient;

beforeAll(async () => {
  const values = valuesByName(parseReferences(file));
  server = await startSecrets(async (name) => values.get(name));
  secrets = new SecretsManagerClient({ endpoint: server.url, ...credentials });
  ssm = new SSMClient({ endpoint: server.url, ...credentials });
});
afterAll(() => server.close());

const secret = async (SecretId: string) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;

test("lines with keys make the JSON object that AWS would hold", async () => {
  expect(JSON.parse((await secret("my-product/shop")) ?? "")).toEqual({ token: "abc#1", user: "ada" });
});

test("a line without a key is the whole secret, whatever is in it", async () => {
  expect(await secret("my-product/fcm")).toBe('{"type":"service_account","note":"a # in it"}');
});

test("a line that starts with a slash is a parameter", async () => {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: "/my-product/shop-url", WithDecryption: true }));
  expect(Parameter?.Value).toBe("http://127.0.0.1:1/shop?a=b#c");
});

test("what has no value is not found, in each service's own words", async () => {
  await expect(secret("nowhere")).rejects.toBeInstanceOf(ResourceNotFoundException);
  const parameter = ssm.send(new GetParameterCommand({ Name: "/nowhere" }));
  await expect(parameter).rejects.toBeInstanceOf(ParameterNotFound);
});

test("what is missing is told with the file that it belongs into", async () => {
  const endpoints = { dynamodb: "", sqsAndS3: "", scheduler: "", secrets: "", events: "", outbox: "" };
  const { SECRETS_HINT: hint } = lambdaEnvironment({ ...endpoints, queueUrl: String, reconcileGraceMs: 1000 });
  const port = awsSecrets({
    readSecret: secretReader(() => secrets),
    readParameter: parameterReader(async () => ssm),
    clock: { now: () => 0 },
    hint,
  });
  for (const missing of [reference("nowhere#key"), parameter("/nowhere"), reference("my-product/shop#nokey")]) {
    await expect(port.resolve(missing)).rejects.toThrow(
      / does not exist: .* On this machine it is a line of \.env\.local/,
    );
  }
});

test("an operation without a stand-in is refused, not sent to AWS", async () => {
  await expect(secrets.send(new ListSecretsCommand({}))).rejects.toThrow("no local stand-in");
});

test("a whole secret replaces the keys before it, and a key adds to the secret before it", () => {
  expect(valuesByName({ "a#x": "1", a: '{"y":"2"}', "a#z": "3" }).get("a")).toBe('{"y":"2","z":"3"}');
});

test("there need not be a file", () => {
  expect(readReferences("/nowhere/.env.local")).toEqual({});
});
