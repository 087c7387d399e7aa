import { Aws, Fn, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";

/** The context in which a `DuctapeJobs` keeps its id. The app of this repository has none: its stacks hold one deployment only. */
export const idContext = "ductape-jobs:id";

/** The id of the `DuctapeJobs` that a construct is part of, in letters and digits. */
export const idOf = (scope: Construct): string | undefined =>
  (scope.node.tryGetContext(idContext) as string | undefined)?.replaceAll(/[^A-Za-z0-9]/g, "");

/** What distinguishes a deployment from others in the account and Region: its stack, and its id where a stack may hold several. */
export const deploymentName = (scope: Construct): string =>
  [Stack.of(scope).stackName, idOf(scope)].filter((part) => part !== undefined).join("-");

/**
 * A physical name that a later stack of the same name does not reuse, so that it cannot collide with a resource that an
 * earlier stack retained or that is still being deleted. It ends in the last part of the stack's id, `arn:...:stack/<name>/<uuid>`.
 */
export function uniqueName(scope: Construct): string {
  const uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID));
  return `${deploymentName(scope)}-${Fn.select(4, Fn.split("-", uuid))}`;
}
