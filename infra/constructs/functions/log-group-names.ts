import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { CfnElement, Stack } from "aws-cdk-lib/core";
import { Fn, Lazy, Token } from "aws-cdk-lib/core";
import { startOfNames } from "../../../lambdas/core/operations/deployment.ts";

/**
 * The names of log groups as one word each, for an environment: how CloudFormation begins all of them stands first, and a sign for it in
 * each. The name of a stack and the ids in a template are long, and an environment has 4 KB. Empty in a nested stack, whose name nobody knows
 * before, so that each of them would have it.
 */
export function logGroupNames(stack: Stack, groups: readonly ILogGroup[]): string {
  const { stackName } = stack;
  if (Token.isUnresolved(stackName)) return "";
  return Lazy.string({
    produce: () => {
      const ids = groups.map(({ node }) => String(stack.resolve((node.defaultChild as CfnElement).logicalId)));
      const start = `${stackName}-${sharedStart(ids)}`;
      const names = groups.map(({ logGroupName }) => Fn.join(startOfNames, Fn.split(start, logGroupName)));
      return [start, ...names].join(" ");
    },
  });
}

const sharedStart = ([first = "", ...others]: readonly string[]): string => {
  const length = [...first].findIndex((letter, i) => others.some((other) => other[i] !== letter));
  return length < 0 ? first : first.slice(0, length);
};
