import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { clientDefaults } from "../../../../lambdas/aws/client/client-defaults.ts";
import { clientSettings } from "../../../../lambdas/consumers/clients/aws/regional-clients.ts";
import { settings } from "../../../support/aws/client-settings.ts";

describe.each([
  ["our own requests", clientDefaults],
  ["notifications", clientSettings({ region: "us-east-1", requestTimeout: 20_000 })],
])("the client of %s, if AWS accepts a request and never answers", (_, { requestHandler }) => {
  let silent: Server;
  beforeEach(async () => {
    silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
  });
  afterEach(() => {
    silent.closeAllConnections();
    silent.close();
  });

  it("gives up after its timeout", async () => {
    const { port } = silent.address() as AddressInfo;
    const client = new DynamoDBClient({
      ...settings,
      endpoint: `http://127.0.0.1:${port}`,
      maxAttempts: 1,
      requestHandler: { ...requestHandler, requestTimeout: 5 },
    });
    await expect(client.send(new GetItemCommand({ TableName: "jobs", Key: {} }))).rejects.toThrow(
      expect.objectContaining({ name: "TimeoutError" }),
    );
    client.destroy();
  });
});
