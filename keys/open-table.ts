import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoApiKeys } from "../lambdas/aws/dynamodb/api-keys.ts";
import type { ApiKeys } from "../lambdas/core/ports/ports.ts";
import type { Running } from "../local/data/data-folder.ts";
import { credentials } from "../local/runtime/credentials.ts";
import { tableName } from "../local/runtime/names.ts";
import type { Where } from "./deployment.ts";
import { explained } from "./explained.ts";
import { KeysError } from "./keys-error.ts";

/** The keys of a deployment. What AWS refuses is thrown as a KeysError that says what to do about it. */
export async function openKeys(where: Where, dataFolder: string): Promise<ApiKeys> {
  if (where.local) return localKeys(dataFolder);
  const table = where.table ?? (await explained(where, () => tableOfStack(where.stage)));
  const keys = dynamoApiKeys({ client: new DynamoDBClient({}), table });
  const at = { ...where, table };
  return {
    create: (key) => explained(at, () => keys.create(key)),
    get: (id) => explained(at, () => keys.get(id)),
    list: () => explained(at, () => keys.list()),
    revoke: (id, now) => explained(at, () => keys.revoke(id, now)),
  };
}

/** The output of the service stack: whoever may deploy may read it. */
async function tableOfStack(stage: string): Promise<string> {
  const { CloudFormationClient, DescribeStacksCommand } = await import("@aws-sdk/client-cloudformation");
  const StackName = `ductape-jobs-${stage}-service`;
  const { Stacks = [] } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName }));
  const table = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === "TableName")?.OutputValue;
  if (table !== undefined) return table;
  throw new KeysError(`The stack ${StackName} has no output TableName: deploy it again, or name the table by --table.`);
}

function localKeys(dataFolder: string): ApiKeys {
  const { dynamodb } = running(dataFolder);
  return dynamoApiKeys({ client: new DynamoDBClient({ endpoint: dynamodb, ...credentials }), table: tableName });
}

function running(dataFolder: string): Running {
  try {
    return JSON.parse(readFileSync(join(dataFolder, "local.json"), "utf8")) as Running;
  } catch (cause) {
    const remedy = "Run `npm start` in another terminal; DUCTAPE_DATA names its folder where that is not .ductape.";
    throw new KeysError(`Nothing is running with the data folder ${dataFolder}. ${remedy}`, { cause });
  }
}
