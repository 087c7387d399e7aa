import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { CfnElement, Stack } from "aws-cdk-lib/core";
import { Fn, Lazy, Token } from "aws-cdk-lib/core";
import { type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import { signOfType, startOfName } from "../../../lambdas/core/operations/deployment.ts";

/** CDK ends the id of a resource in a template with so many letters of a hash. */
const hashLength = 8;

const aroundLast = (text: string, part: string): [string, string] => {
  const at = text.lastIndexOf(part);
  return [text.slice(0, at), text.slice(at + part.length)];
};

/**
 * The names of the consumers' log groups as one word each, for an environment, in the order of the types: what CloudFormation begins all of
 * them with stands first, with a sign for the type, and the rest of each follows. The name of a stack and the ids in a template are long, and
 * an environment has 4 KB. Empty where the start is not known: in a nested stack, whose name nobody knows before, and where CDK has cut the ids.
 */
export function logGroupNames(stack: Stack, groups: Readonly<Record<JobType, ILogGroup>>): string {
  const { stackName } = stack;
  if (Token.isUnresolved(stackName)) return "";
  return Lazy.string({
    produce: () => {
      const beginningOf = (type: JobType) => {
        const id = String(stack.resolve((groups[type].node.defaultChild as CfnElement).logicalId));
        return `${stackName}-${id.slice(0, -hashLength)}`;
      };
      const [type] = jobTypes;
      const [before, after] = aroundLast(beginningOf(type), type);
      const start = before + signOfType + after;
      if (jobTypes.some((type) => startOfName(start, type) !== beginningOf(type))) return "";
      const rests = jobTypes.map((type) => Fn.join("", Fn.split(beginningOf(type), groups[type].logGroupName)));
      return [start, ...rests].join(" ");
    },
  });
}
