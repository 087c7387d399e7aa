import type { Stack } from "aws-cdk-lib/core";
import type * as z from "zod";
import { databaseAction } from "../../lambdas/consumers/types/database_action/definition.ts";
import type { databaseTarget } from "../../lambdas/consumers/types/database_action/target.ts";
import type { dynamoAction } from "../../lambdas/consumers/types/database_action/target-dynamodb.ts";
import { targetsOf } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { arnOf, literally, mayBeAws } from "./arn.ts";
import { allow, type Capability } from "./capability.ts";

type Dynamo = Extract<z.input<ReturnType<typeof databaseTarget>>, { engine: "dynamodb" }>;
type Place = Dynamo["envs"][string];
type Action = z.input<ReturnType<typeof dynamoAction>>;

/** What the consumer of database actions may do: each action's own operation on its own table or index. */
export const databaseGrants = (stack: Stack, products: readonly Product[]): Capability[] =>
  products
    .flatMap((product) => Object.values(targetsOf(product, databaseAction)) as { engine: string }[])
    .filter((target): target is Dynamo => target.engine === "dynamodb")
    .flatMap(({ envs, actions }) =>
      Object.values(envs)
        .filter(({ endpoint }) => mayBeAws(endpoint))
        .flatMap((place) => Object.values(actions).map((action) => actionGrant(stack, place, action as Action))),
    );

function actionGrant(stack: Stack, { region }: Place, action: Action): Capability {
  const index = "index" in action && action.index !== undefined ? `/index/${literally(action.index)}` : "";
  const unknown = typeof region === "object";
  const arn = arnOf(stack, "dynamodb", `table/${action.table}${index}`, unknown ? "*" : region);
  return allow([operations[action.operation]], [arn], unknown ? anyRegion : undefined);
}

const operations: Record<Action["operation"], string> = {
  put: "dynamodb:PutItem",
  get: "dynamodb:GetItem",
  query: "dynamodb:Query",
  count: "dynamodb:Query",
  update: "dynamodb:UpdateItem",
  delete: "dynamodb:DeleteItem",
};

const anyRegion = "The table's Region is a reference, which nobody knows at synth: this one table in any Region.";
