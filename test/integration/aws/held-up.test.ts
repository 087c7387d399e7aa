import { Agent as HttpAgent } from "node:http";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { clientDefaults } from "../../../lambdas/aws/client/client-defaults.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { httpServer } from "../../support/executors/http-server.ts";

const heldUpMs = 1200;

function holdUp() {
  const until = Date.now() + heldUpMs;
  while (Date.now() < until);
}

/** Holds the process up as soon as it has begun to connect. */
class Busy extends HttpAgent {
  override createConnection(...args: Parameters<HttpAgent["createConnection"]>) {
    queueMicrotask(holdUp);
    return super.createConnection(...args);
  }
}

test("a process that is held up while it connects does not take the connection for late", async () => {
  await using server = await httpServer((_, response) => response.end("{}"));
  const client = new DynamoDBClient({
    ...settings,
    endpoint: server.url,
    maxAttempts: 1,
    requestHandler: { ...clientDefaults.requestHandler, httpAgent: new Busy() },
  });
  await expect(client.send(new GetItemCommand({ TableName: "jobs", Key: {} }))).resolves.toBeDefined();
  client.destroy();
});
