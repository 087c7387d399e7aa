import { type Access, literally, mayBeAws } from "../../../core/catalog/access.ts";
import type { DatabaseTarget } from "./target.ts";
import type { DynamoAction } from "./target-dynamodb.ts";

type Dynamo = Extract<DatabaseTarget, { engine: "dynamodb" }>;

/** In DynamoDB, each action's operation on its own table or index. The other engines have their own credentials. */
export const databaseAccess = (target: DatabaseTarget): Access[] =>
  target.engine === "dynamodb" ? dynamoAccess(target) : [];

const dynamoAccess = ({ envs, actions }: Dynamo): Access[] =>
  Object.values(envs)
    .filter(({ endpoint }) => mayBeAws(endpoint))
    .flatMap(({ region }) => Object.values(actions).map((action) => actionAccess(action, region)));

function actionAccess(action: DynamoAction, region: Dynamo["envs"][string]["region"]): Access {
  const index = "index" in action && action.index !== undefined ? `/index/${literally(action.index)}` : "";
  const table = { service: "dynamodb", resource: `table/${action.table}${index}` };
  const actions = [operations[action.operation]];
  return typeof region === "object"
    ? { actions, resources: [{ ...table, region: "*" }], reason: anyRegion }
    : { actions, resources: [{ ...table, region }] };
}

const operations: Record<DynamoAction["operation"], string> = {
  put: "dynamodb:PutItem",
  get: "dynamodb:GetItem",
  query: "dynamodb:Query",
  count: "dynamodb:Query",
  update: "dynamodb:UpdateItem",
  delete: "dynamodb:DeleteItem",
};

const anyRegion = "The table's Region is a reference, whose value is unknown at synth: this one table in any Region.";
