import {
  GetSecretValueCommand,
  ListSecretsCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parameterReader } from "../../../lambdas/aws/secrets/parameter-reader.ts";
import { secretReader } from "../../../lambdas/aws/secrets/secret-reader.ts";
import { awsSecrets } from "../../../lambdas/aws/secrets/secrets.ts";
import { parameter, secret as reference } from "../../../lambdas/core/catalog/references.ts";
import type { Listening } from "../../../local/gateway/http.ts";
import { credentials } from "../../../local/runtime/credentials.ts";
import { lambdaEnvironment } from "../../../local/runtime/environment.ts";
import { catalogValues, unknownPlaces, unusedReferences } from "../../../local/servers/catalog-values.ts";
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

test("lines with keys make up a secret's JSON object", async () => {
  expect(JSON.parse((await secret("my-product/shop")) ?? "")).toEqual({ token: "abc#1", user: "ada" });
});

test("a line without a key is the whole secret, whatever its text", async () => {
  expect(await secret("my-product/fcm")).toBe('{"type":"service_account","note":"a # in it"}');
});

test("a line that starts with a slash is a parameter", async () => {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: "/my-product/shop-url", WithDecryption: true }));
  expect(Parameter?.Value).toBe("http://127.0.0.1:1/shop?a=b#c");
});

test("a name without a value is not found, in the words of each service", async () => {
  await expect(secret("nowhere")).rejects.toBeInstanceOf(ResourceNotFoundException);
  const parameter = ssm.send(new GetParameterCommand({ Name: "/nowhere" }));
  await expect(parameter).rejects.toBeInstanceOf(ParameterNotFound);
});

test("a missing value is reported with the file that needs it", async () => {
  const endpoints = {
    api: "",
    dynamodb: "",
    sqsAndS3: "",
    scheduler: "",
    secrets: "",
    code: "",
    events: "",
    outbox: "",
  };
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

test("a later line replaces a whole secret or adds a key to it", () => {
  expect(valuesByName({ "a#x": "1", a: '{"y":"2"}', "a#z": "3" }).get("a")).toBe('{"y":"2","z":"3"}');
});

test("the file of secrets is optional", () => {
  expect(readReferences("/nowhere/.env.local")).toEqual({});
});

test("a line that the catalog does not use is reported, without its value", () => {
  const references = [
    reference("my-product/shop#token"),
    reference("my-product/fcm"),
    parameter("/my-product/shop-url"),
  ];
  const said = (name: string) => unusedReferences({ [name]: "s3cret" }, references);
  for (const used of ["my-product/shop#token", "my-product/fcm", "/my-product/shop-url"])
    expect(said(used)).toEqual([]);
  // A whole secret of which the catalog uses one key, and a key of a secret that it uses as a whole.
  expect([said("my-product/shop"), said("my-product/fcm#type")]).toEqual([[], []]);
  expect(said("my-product/shop#tokn")).toEqual([
    'nothing in the catalog uses my-product/shop#tokn. Did you mean "my-product/shop#token"?',
  ]);
  expect(said("/other")).toEqual(["nothing in the catalog uses /other."]);
});

test("a value that begins with local: refers to a part of the local runtime", () => {
  const outbox = { url: "http://127.0.0.1:1", smtpUrl: "smtp://127.0.0.1:2" };
  const given = {
    "/shop/url": "local:http/shop/v1",
    "shop/smtp#url": "local:smtp",
    "shop/fcm": "local:fcm-account",
    "shop/db#url": "local:postgres",
    "/shop/plain": "https://shop.example/local:http",
  };
  const values = catalogValues(given, outbox, "PEM");
  expect(values.get("/shop/url")).toBe("http://127.0.0.1:1/shop/v1");
  expect(JSON.parse(values.get("shop/smtp") ?? "")).toEqual({ url: "smtp://127.0.0.1:2" });
  expect(JSON.parse(values.get("shop/fcm") ?? "")).toMatchObject({
    private_key: "PEM",
    token_uri: "http://127.0.0.1:1/token",
  });
  // Its address is known once it is started, which happens when somebody asks for it.
  expect(JSON.parse(values.get("shop/db") ?? "")).toEqual({ url: "local:postgres" });
  expect(values.get("/shop/plain")).toBe("https://shop.example/local:http");
  expect(values.get("/my-product/shop-url")).toBe("http://127.0.0.1:1/shop");
  expect(unknownPlaces(given)).toEqual([]);
  expect(unknownPlaces({ "/shop/url": "local:smpt" })).toEqual([
    expect.stringMatching(/^\/shop\/url begins with "local:".*http\/<path>, smtp/),
  ]);
});
