import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoApiKeys } from "../lambdas/aws/dynamodb/api-keys.ts";
import type { ApiKeys } from "../lambdas/core/ports/api-keys.ts";
import type { Running } from "../local/data/data-folder.ts";
import { credentials } from "../local/runtime/credentials.ts";
import { tableName } from "../local/runtime/names.ts";
import type { Where } from "./deployment.ts";
import { KeysError } from "./keys-error.ts";
import { withRemedies } from "./with-remedies.ts";

/** The keys of a deployment. If AWS refuses a call, it throws a KeysError that says what to do. */
export async function openKeys(where: Where, dataFolder: string): Promise<ApiKeys> {
  if (where.local) return localKeys(dataFolder);
  const table = where.table ?? (await withRemedies(where, () => tableOfStack(where.stage)));
  const keys = dynamoApiKeys({ client: new DynamoDBClient({}), table });
  const at = { ...where, table };
  return {
    create: (key) => withRemedies(at, () => keys.create(key)),
    get: (id) => withRemedies(at, () => keys.get(id)),
    list: () => withRemedies(at, () => keys.list()),
    revoke: (id, now) => withRemedies(at, () => keys.revoke(id, now)),
  };
}

/** Reads the output of the service stack, which everybody who may deploy may read. */
async function tableOfStack(stage: string): Promise<string> {
  const { CloudFormationClient, DescribeStacksCommand } = await import("@aws-sdk/client-cloudformation");
  const StackName = `ductape-jobs-${stage}-service`;
  const { Stacks = [] } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName }));
  const table = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === "TableName")?.OutputValue;
  if (table !== undefined) return table;
  throw new KeysError(
    `The stack ${StackName} has no output TableName: deploy it again, or name the table with --table.`,
  );
}

function localKeys(dataFolder: string): ApiKeys {
  const { dynamodb } = running(dataFolder);
  return dynamoApiKeys({ client: new DynamoDBClient({ endpoint: dynamodb, ...credentials }), table: tableName });
}

function running(dataFolder: string): Running {
  try {
    return JSON.parse(readFileSync(join(dataFolder, "local.json"), "utf8")) as Running;
  } catch (cause) {
    const remedy = "Run `npm start` in another terminal. If its data folder is not .ductape, set DUCTAPE_DATA to it.";
    throw new KeysError(`Nothing is running with the data folder ${dataFolder}. ${remedy}`, { cause });
  }
}
