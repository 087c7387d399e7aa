import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoApiKeys } from "../lambdas/aws/dynamodb/api-keys.ts";
import { dynamoAudit } from "../lambdas/aws/dynamodb/audit.ts";
import { defaultAuditDays } from "../lambdas/core/access/audit-entry.ts";
import type { ApiKeys } from "../lambdas/core/ports/api-keys.ts";
import type { Audit } from "../lambdas/core/ports/audit.ts";
import type { Running } from "../local/data/data-folder.ts";
import { credentials } from "../local/runtime/credentials.ts";
import { tableName } from "../local/runtime/names.ts";
import { callerArn } from "./caller-arn.ts";
import type { Where } from "./deployment.ts";
import { KeysError } from "./keys-error.ts";
import { serviceStack, stackOutputs } from "./stack-outputs.ts";
import { withRemedies } from "./with-remedies.ts";

/** The keys of a deployment, and who works on them. */
export interface OpenKeys extends Pick<ApiKeys, "create" | "list" | "revoke"> {
  /** The ARN of the identity of AWS. Undefined on this machine, and where it is not known. */
  whoami(): Promise<string | undefined>;
  audit: Pick<Audit, "put">;
}

/** The keys of a deployment. If AWS refuses a call, it throws a KeysError that says what to do. */
export async function openKeys(where: Where, dataFolder: string): Promise<OpenKeys> {
  if (where.local) return localKeys(dataFolder);
  const table = where.table ?? (await withRemedies(where, () => tableOfStack(where.stage)));
  const client = new DynamoDBClient({});
  const keys = dynamoApiKeys({ client, table });
  const at = { ...where, table };
  return {
    create: (key) => withRemedies(at, () => keys.create(key)),
    list: () => withRemedies(at, () => keys.list()),
    revoke: (id, now) => withRemedies(at, () => keys.revoke(id, now)),
    whoami: () => callerArn(client),
    // The command knows no settings of the deployment.
    audit: dynamoAudit({ client, table, days: defaultAuditDays }),
  };
}

async function tableOfStack(stage: string): Promise<string> {
  const table = (await stackOutputs(stage)).get("TableName");
  if (table !== undefined) return table;
  throw new KeysError(
    `The stack ${serviceStack(stage)} has no output TableName: deploy it again, or name the table with --table.`,
  );
}

function localKeys(dataFolder: string): OpenKeys {
  const { dynamodb } = running(dataFolder);
  const client = new DynamoDBClient({ endpoint: dynamodb, ...credentials });
  const local = { client, table: tableName };
  return {
    ...dynamoApiKeys(local),
    whoami: async () => undefined,
    audit: dynamoAudit({ ...local, days: defaultAuditDays }),
  };
}

function running(dataFolder: string): Running {
  try {
    return JSON.parse(readFileSync(join(dataFolder, "local.json"), "utf8")) as Running;
  } catch (cause) {
    const remedy = "Run `npm start` in another terminal. If its data folder is not .ductape, set DUCTAPE_DATA to it.";
    throw new KeysError(`Nothing is running with the data folder ${dataFolder}. ${remedy}`, { cause });
  }
}
