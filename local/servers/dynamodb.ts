import type { RequestListener, Server } from "node:http";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from "@aws-sdk/client-dynamodb";
import { partitionKey, phaseIndex, sortKey } from "../../lambdas/topology.ts";
import { cannotWrite, dataFaultOf, sparingly } from "../data/data-fault.ts";
import { type Listening, listen, sendJson, setShiftedDate } from "../gateway/http.ts";
import { forThisMachine } from "../gateway/strangers.ts";
import { credentials } from "../runtime/credentials.ts";
import { tableName } from "../runtime/names.ts";
import { type Dynalite, type FrontOptions, makeFront } from "../stream/front.ts";
import { tryLevel } from "./level.ts";

// Loaded with require, because the package is CommonJS and has no types.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: {
  path: string;
  createTableMs: number;
}) => Server;

/** DynamoDB, stored in `folder`, with a stream of writes of jobs. Items do not expire, because dynalite does not support it. */
export async function startDynamoDb(folder: string, stream: Omit<FrontOptions, "dynalite">): Promise<Listening> {
  await tryLevel(folder);
  const complain = sparingly(() =>
    console.error(`${cannotWrite(dirname(folder))} Jobs are refused until there is space.`),
  );
  const server = dynalite({ path: folder, createTableMs: 0 });
  const [inner] = server.listeners("request") as [Dynalite];
  const serve = (listener: RequestListener) =>
    server.removeAllListeners("request").on("request", forThisMachine(listener));
  serve(inner);
  const listening = await listen(server);
  try {
    await createTable(listening.url);
    const front = await makeFront({ dynalite: inner, ...stream });
    serve((request, response) => {
      setShiftedDate(response);
      front(request, response).catch((error: unknown) => {
        if (dataFaultOf(error) === "full") complain();
        else console.error("a request to DynamoDB failed:", error);
        sendJson(response, 500, { __type: "InternalServerError" });
      });
    });
    return listening;
  } catch (error) {
    await listening.close();
    throw error;
  }
}

/** Creates the table unless it exists. */
async function createTable(endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, ...credentials });
  try {
    await client.send(newTable(tableName)).catch(unlessItExists);
    // Until the table is active, dynalite answers that it does not exist.
    const describe = new DescribeTableCommand({ TableName: tableName });
    while ((await client.send(describe)).Table?.TableStatus !== "ACTIVE") await sleep(1);
  } finally {
    client.destroy();
  }
}

const unlessItExists = (error: unknown) => {
  if (!(error instanceof ResourceInUseException)) throw error;
};

/** The table of the state stack, under another name. */
export const newTable = (name: string) =>
  new CreateTableCommand({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: partitionKey, AttributeType: "S" },
      { AttributeName: sortKey, AttributeType: "S" },
      { AttributeName: phaseIndex.partitionKey, AttributeType: "S" },
      { AttributeName: phaseIndex.sortKey, AttributeType: "S" },
    ],
    KeySchema: [
      { AttributeName: partitionKey, KeyType: "HASH" },
      { AttributeName: sortKey, KeyType: "RANGE" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: phaseIndex.name,
        KeySchema: [
          { AttributeName: phaseIndex.partitionKey, KeyType: "HASH" },
          { AttributeName: phaseIndex.sortKey, KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  });
