import { storageExecutor } from "../../../lambdas/consumers/types/storage/execute.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { catalogPage, expectShape, shapesIn } from "../../support/catalog-pages.ts";
import { runAction } from "../../support/databases/run-action.ts";
import { anExecution, secretsOf } from "../../support/executors/execution.ts";
import { httpServer, json } from "../../support/executors/http-server.ts";
import { type Provider, type ProviderName, providers } from "../../support/executors/providers.ts";
import { rowsOf } from "../../support/tables.ts";

// Compares the results of real executors, run against servers that speak as the vendors do, with the fields in docs/catalog.

const environment = { ...process.env };
beforeAll(() => {
  process.env.AWS_ACCESS_KEY_ID = settings.credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = settings.credentials.secretAccessKey;
});
afterAll(() => {
  process.env = environment;
});

async function resultOf(name: ProviderName): Promise<Record<string, unknown>> {
  const provider: Provider = providers[name];
  await using server = await httpServer((_, response) => provider.good(response));
  const execution = anExecution({
    job: { env: "prd" },
    event: { type: provider.type, ...provider.event },
    target: provider.target(server.url),
    input: provider.input,
    secrets: secretsOf({
      'parameter("/here")': server.url,
      'secret("key")': provider.secret?.(server.url) ?? "",
    }),
  });
  return (await provider.execute(server.url)(execution)) as Record<string, unknown>;
}

test.each([
  ["action: an app", "action"],
  ["function: HTTP", "function"],
  ["storage: S3", "storage"],
  ["storage: Azure", "storage"],
  ["publish: SQS", "publish"],
  ["publish: SNS", "publish"],
  ["publish: EventBridge", "publish"],
] as const)("%s returns what its page says", async (name, page) => {
  const [shape] = await shapesIn(page);
  expectShape(await resultOf(name), shape);
});

test.each([
  ["notification: Expo", "push_notification", 1],
  ["notification: SES", "email", 1],
  ["notification: SNS", "sms", 1],
  ["notification: a callback", "callback", 2],
] as const)("%s returns what its page says", async (name, channel, table) => {
  const shapes = await shapesIn("notification");
  const result = await resultOf(name);
  expectShape(result, shapes[0]);
  expectShape((result.channels as Record<string, unknown>)[channel], shapes[table]);
});

test("an existing file that is kept returns what the storage's page says", async () => {
  const found = { etag: "1", bytes: 5, run: undefined };
  const bucket = {
    name: "b",
    find: async () => found,
    put: async () => "exists" as const,
    url: async () => "https://b",
  };
  const execution = anExecution({
    event: { type: "storage", storage: "it" },
    target: { envs: { dev: { provider: "s3", bucket: "b", overwrite: "keep" } } },
    input: { buffer: "aGVsbG8=", fileName: "a.txt" },
  });
  const [shape] = await shapesIn("storage");
  const result = await storageExecutor(async () => bucket)(execution);
  expectShape(result, shape);
  expect(result).toHaveProperty("kept", true);
});

test("the operations of DynamoDB return what their page says", async () => {
  await using server = await httpServer((_, response) =>
    json(response, 200, {}, { "content-type": "application/x-amz-json-1.0" }),
  );
  const fields = { key: { id: "1" }, item: { id: "1" }, update: "SET a = {{a}}", key_condition: "id = {{a}}" };
  const rows = rowsOf(await catalogPage("dynamodb"), "`operation`", "other fields", "result");
  expect(rows).toHaveLength(6);
  for (const [operation = "", others = "", shown = ""] of rows) {
    const asked = Object.entries(fields).filter(([field]) => others.includes(`\`${field}\``));
    const action = { operation: operation.replaceAll("`", ""), table: "orders", ...Object.fromEntries(asked) };
    const result = await runAction({
      engine: "dynamodb",
      settings: { region: "us-east-1", endpoint: server.url },
      action,
      data: { a: "1" },
    });
    expect(shown).toContain(`{${Object.keys(result as object).join(", ")}}`);
  }
});
