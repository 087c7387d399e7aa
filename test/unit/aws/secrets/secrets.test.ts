import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";
import { expect, test } from "@jest/globals";
import { parameterReader } from "../../../../lambdas/aws/secrets/parameter-reader.ts";
import { secretReader } from "../../../../lambdas/aws/secrets/secret-reader.ts";
import { awsSecrets } from "../../../../lambdas/aws/secrets/secrets.ts";
import { parameter, type Reference, secret } from "../../../../lambdas/core/catalog/references.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { awsError, type StubAnswer, stubHandler } from "../../../support/aws/stub-handler.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";

/** Secrets with clients that receive these answers in turn, and then always the last one. A string is the hint. */
function someSecrets(...given: (StubAnswer | Error | string)[]) {
  const answers = given.filter((answer) => typeof answer !== "string");
  const hint = given.find((answer) => typeof answer === "string");
  const clock = fakeClock();
  const requestHandler = stubHandler((_request, earlier) => {
    const answer = answers[earlier] ?? answers.at(-1) ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const made: string[] = [];
  const secrets = awsSecrets({
    readSecret: secretReader(() => {
      made.push("secretsManager");
      return new SecretsManagerClient({ ...settings, requestHandler, maxAttempts: 1 });
    }),
    readParameter: parameterReader(async () => {
      made.push("ssm");
      return new SSMClient({ ...settings, requestHandler, maxAttempts: 1 });
    }),
    clock,
    ttlMs: 1000,
    hint,
  });
  return { secrets, clock, made, requests: requestHandler.requests };
}

const holding = (SecretString: string): StubAnswer => ({ body: { SecretString } });

const failureOf = async (answer: StubAnswer | Error, reference: Reference = secret("shop/smtp#password")) => {
  const error = await someSecrets(answer)
    .secrets.resolve(reference)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(JobError);
  return error as JobError;
};

test("the client of a secret's service is created only when needed", async () => {
  const { secrets, made } = someSecrets({ body: { Parameter: { Value: "x" } } });
  expect(made).toEqual([]);
  await secrets.resolve(parameter("/shop/url"));
  expect(made).toEqual(["ssm"]);
});

test("a parameter is read with decryption", async () => {
  const { secrets, requests } = someSecrets({ body: { Parameter: { Value: "x" } } });
  await secrets.resolve(parameter("/shop/url"));
  expect(requests[0]?.body).toEqual({ Name: "/shop/url", WithDecryption: true });
});

test("simultaneous reads of several keys of a secret share a call", async () => {
  const { secrets, requests } = someSecrets(holding('{"user": "mailer", "password": "hunter2"}'));
  const values = await Promise.all(["user", "password"].map((key) => secrets.resolve(secret(`shop/smtp#${key}`))));
  expect(values).toEqual(["mailer", "hunter2"]);
  expect(requests).toHaveLength(1);
});

test("a secret is cached until its TTL ends", async () => {
  const { secrets, clock, requests } = someSecrets(holding("before"), holding("after"));
  const resolve = () => secrets.resolve(secret("shop/token"));
  await resolve();
  await clock.advance(999);
  expect(await resolve()).toBe("before");
  await clock.advance(1);
  expect(await resolve()).toBe("after");
  expect(requests).toHaveLength(2);
});

test("a fresh read of a secret bypasses and refills the cache", async () => {
  const { secrets, requests } = someSecrets(holding("before"), holding("after"));
  await secrets.resolve(secret("shop/token"));
  expect(await secrets.resolve(secret("shop/token"), { fresh: true })).toBe("after");
  expect(await secrets.resolve(secret("shop/token"))).toBe("after");
  expect(requests).toHaveLength(2);
});

test("a name that AWS refuses for good is a configuration error, a throttled read is not", async () => {
  expect((await failureOf(awsError("ValidationException"))).code).toBe("CONFIGURATION_ERROR");
  expect((await failureOf(awsError("ThrottlingException"))).code).toBe("SERVICE_UNAVAILABLE");
});

test("a secret and a parameter with the same name are cached separately", async () => {
  const { secrets } = someSecrets(holding("secret"), { body: { Parameter: { Value: "parameter" } } });
  expect(await secrets.resolve(secret("/shop/token"))).toBe("secret");
  expect(await secrets.resolve(parameter("/shop/token"))).toBe("parameter");
});

test("a failed read of a secret is not cached", async () => {
  const { secrets } = someSecrets(awsError("ResourceNotFoundException"), holding("created since"));
  await expect(secrets.resolve(secret("shop/token"))).rejects.toThrow("does not exist");
  expect(await secrets.resolve(secret("shop/token"))).toBe("created since");
});

test("a number in a secret is returned as a string", async () => {
  const { secrets } = someSecrets(holding('{"port": 5432}'));
  expect(await secrets.resolve(secret("shop/db#port"))).toBe("5432");
});

test.each<[string, StubAnswer, Reference, string]>([
  [
    "an absent secret",
    awsError("ResourceNotFoundException"),
    secret("shop/smtp#password"),
    'secret("shop/smtp#password") does not exist: create the Secrets Manager secret "shop/smtp"',
  ],
  [
    "an absent parameter",
    awsError("ParameterNotFound"),
    parameter("/shop/url"),
    'parameter("/shop/url") does not exist: create the SSM parameter "/shop/url"',
  ],
  ["an absent key", holding("{}"), secret("shop/smtp#password"), 'add the key "password"'],
  ["a key that holds an object", holding('{"password": {}}'), secret("shop/smtp#password"), 'add the key "password"'],
  ["a secret that is not JSON", holding("hunter2"), secret("shop/smtp#password"), "is not a JSON object"],
  ["a secret that is JSON but not an object", holding("null"), secret("shop/smtp#password"), "is not a JSON object"],
  ["a binary secret", { body: { SecretBinary: "AAEC" } }, secret("shop/smtp"), "has no string value"],
  [
    "denied access, with which AWS also answers for an absent secret",
    awsError("AccessDeniedException"),
    secret("shop/smtp"),
    `may not exist, or may not be read by this function's role: create the Secrets Manager secret "shop/smtp"`,
  ],
  ["a KMS key that denies access", awsError("DecryptionFailure"), secret("shop/smtp"), "allow its KMS key"],
  [
    "a secret that is scheduled for deletion",
    awsError("InvalidRequestException"),
    secret("shop/smtp"),
    "scheduled for deletion",
  ],
])("%s is a configuration error that says what to do", async (_what, answer, reference, text) => {
  const error = await failureOf(answer, reference);
  expect(error).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
  expect(error.message).toContain(text);
});

const hint = "They stand in a file.";

test.each<[string, StubAnswer]>([
  ["secret", awsError("ResourceNotFoundException")],
  ["key", holding("{}")],
])("the fault of an absent %s ends with the deployment's hint", async (_what, answer) => {
  const { secrets } = someSecrets(answer, hint);
  await expect(secrets.resolve(secret("shop/smtp#password"))).rejects.toThrow(
    / does not exist: .*\. They stand in a file\.$/,
  );
});

test("no error of a secret's read contains a part of it", async () => {
  const error = await failureOf(holding("hunter2"));
  expect(`${error.message} ${error.stack} ${error.cause}`).not.toContain("hunter2");
});

test.each<[string, StubAnswer | Error]>([
  ["throttling", awsError("ThrottlingException")],
  ["an internal error of the service", awsError("InternalServiceError", 500)],
  ["a broken connection", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" })],
])("%s when a secret is read is worth another attempt", async (_what, answer) => {
  expect(await failureOf(answer)).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
});
