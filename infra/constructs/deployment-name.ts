import { createHash } from "node:crypto";
import { Aws, Fn, Names, Stack, Token } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { phaseIndex } from "../../lambdas/topology.ts";

/**
 * The context in which a `DuctapeJobs` keeps what names begin with, in letters and digits. The app of this repository has none: its
 * stacks hold one deployment only.
 */
export const idContext = "ductape-jobs:id";

/** The id of the `DuctapeJobs` that a construct is part of, as names have it. */
export const idOf = (scope: Construct): string | undefined => scope.node.tryGetContext(idContext) as string | undefined;

/**
 * The id of a `DuctapeJobs` in letters and digits, as its outputs require. Where another one in the same stacks has the same, such as
 * `MyJobs` beside `My-Jobs`, the later one gets the hash of its path too: the earlier one may be deployed already, and keeps its names.
 */
export function nameIn(stacks: readonly Stack[], scope: Construct): string {
  const name = scope.node.id.replaceAll(/[^A-Za-z0-9]/g, "");
  const taken = stacks.some((stack) =>
    stack.node.findAll().some((node) => idOf(node as Construct) === name && Stack.of(node) === stack),
  );
  return taken ? `${name}${scope.node.addr.slice(-8)}` : name;
}

/** What distinguishes a deployment from others in the account and Region: its stack, and its id where a stack may hold several. */
export const deploymentName = (scope: Construct): string =>
  [Stack.of(scope).stackName, idOf(scope)].filter((part) => part !== undefined).join("-");

/**
 * The same for resources whose names AWS limits. CloudFormation names a nested stack when it creates it, at a length that nobody knows
 * before, so the path of the construct is the name there.
 */
export function nameUpTo(maxLength: number, scope: Construct): string {
  const name = deploymentName(scope);
  return Token.isUnresolved(name)
    ? Names.uniqueResourceName(scope, { maxLength, separator: "-" })
    : name.slice(0, maxLength);
}

/** It leaves room for most products' tags in the 64 characters of a function's name. */
const longestCodePrefix = 40;
const hashLength = 8;

/**
 * What the names of the functions with the code of products begin with. Two deployments of an account must not have the same, so a long name
 * is told from others by its hash: those of the stacks of two stages often differ at their ends only.
 */
export function codePrefix(scope: Construct): string {
  const name = deploymentName(scope);
  if (Token.isUnresolved(name) || name.length <= longestCodePrefix) return nameUpTo(longestCodePrefix, scope);
  return hashedUpTo(longestCodePrefix, name);
}

function hashedUpTo(maxLength: number, name: string): string {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, hashLength);
  return `${name.slice(0, maxLength - hashLength - 1)}-${hash}`;
}

/** Of a schedule group, whose name is the shortest. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html */
const longestName = 64;

/**
 * A physical name that a later stack of the same name does not reuse, so that it cannot collide with a resource that an
 * earlier stack retained or that is still being deleted. It ends in the last part of the stack's id, `arn:...:stack/<name>/<uuid>`.
 */
export function uniqueName(scope: Construct): string {
  const uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID));
  return `${nameInStackUpTo(longestName - "-426614174000".length, scope)}-${Fn.select(4, Fn.split("-", uuid))}`;
}

/**
 * Of two deployments of a stack whose names begin alike for that long, the later one has the hash of the whole: the earlier one may be
 * deployed already, and keeps its name.
 */
function nameInStackUpTo(maxLength: number, scope: Construct): string {
  const stack = Stack.of(scope);
  const name = nameUpTo(maxLength, scope);
  if (Token.isUnresolved(deploymentName(scope))) return name;
  const isTaken = stack.node.findAll().some((node) => {
    const id = idOf(node as Construct);
    if (id === undefined || id === idOf(scope) || Stack.of(node) !== stack) return false;
    return nameUpTo(maxLength, node as Construct) === name;
  });
  return isTaken ? hashedUpTo(maxLength, deploymentName(scope)) : name;
}

/**
 * How long the CDK takes an ARN to be that it does not know, when it divides what a role may do among policies of the size that IAM allows.
 * https://github.com/aws/aws-cdk/pull/20400
 */
export const arnSizeContext = "@aws-cdk/aws-iam.arnSizeEstimate";
/** What it takes by itself. It is enough up to names by which the longest ARN has this much, since most ARNs of a role are shorter. */
const usualArn = { estimate: 150, enoughFor: 200 };
const longestStackName = 128;
const longestTableName = 255;

/**
 * How long the ARNs in the policies of a deployment in these stacks are at most. The longest is that of the table, which CloudFormation
 * names by the stack, the id in the template and a random end. Deployments with shorter names keep the policies that they have.
 */
export function arnSize(stacks: readonly Stack[], scope: Construct): number {
  const stackName = Math.max(
    ...stacks.map((stack) => (Token.isUnresolved(stack.stackName) ? longestStackName : stack.stackName.length)),
  );
  const path = scope.node.path.slice(Stack.of(scope).node.path.length);
  const tableName = stackName + `${path}/State/Jobs`.length + "-1A2B3C4D-1A2B3C4D5E6F".length;
  const around = `arn:aws-us-gov:dynamodb:ap-southeast-1:123456789012:table//index/${phaseIndex.name}`.length;
  const longest = around + Math.min(tableName, longestTableName);
  return longest > usualArn.enoughFor ? longest : usualArn.estimate;
}
