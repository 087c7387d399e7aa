import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { errorClasses } from "../../../infra/bundle/sdk.ts";

/** What a bundled DynamoDB client throws when the service answers with an error, and whether it is of the class that we name. */
async function thrownFor(name: string) {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
        const body = Buffer.from(JSON.stringify({ __type: "com.amazonaws.dynamodb.v20120810#${name}", message: "no" }));
        const requestHandler = { handle: async () => ({ response: { statusCode: 400, headers: {}, body } }) };
        const client = new DynamoDBClient({
          region: "x", credentials: { accessKeyId: "a", secretAccessKey: "b" }, maxAttempts: 1, requestHandler,
        });
        const error = await client.send(new GetItemCommand({ TableName: "t", Key: {} })).catch((thrown) => thrown);
        export const thrown = { name: error.name, message: error.message, $fault: error.$fault, status: error.$metadata.httpStatusCode };
        export const failedCondition = error instanceof ConditionalCheckFailedException;`,
      resolveDir: fileURLToPath(new URL("../../..", import.meta.url)),
    },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(process.execPath);" },
    plugins: [errorClasses],
  });
  const text = outputFiles[0]?.text ?? "";
  const { thrown, failedCondition } = await import(
    `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`
  );
  return { text, thrown, failedCondition };
}

const said = { message: "no", $fault: "client", status: 400 };

test("an error that our code tells apart is of its class", async () => {
  const { thrown, failedCondition } = await thrownFor("ConditionalCheckFailedException");
  expect(thrown).toEqual({ name: "ConditionalCheckFailedException", ...said });
  expect(failedCondition).toBe(true);
});

test("an error that our code does not name has no class, and its name, fault and message", async () => {
  const { text, thrown, failedCondition } = await thrownFor("BackupInUseException");
  expect(text).not.toContain("class BackupInUseException");
  expect(text).not.toContain("com.amazonaws.dynamodb#BackupInUseException");
  expect(thrown).toEqual({ name: "BackupInUseException", ...said });
  expect(failedCondition).toBe(false);
});
