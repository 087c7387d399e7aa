import { Fn, type Stack, Token } from "aws-cdk-lib/core";
import type { Arn } from "../../lambdas/core/catalog/access.ts";

/**
 * An ARN in the partition of a stack, and in its Region and account unless others are given. It is a text for `Fn::Sub`, in which
 * `${AWS::Region}` stands for what only the deployment knows: names can be compared in it, and a template holds it in a line.
 */
export const arnOf = (stack: Stack, { service, resource, region, account }: Arn): string =>
  [
    "arn",
    known(stack.partition, "Partition"),
    service,
    region ?? known(stack.region, "Region"),
    account ?? known(stack.account, "AccountId"),
    resource.replaceAll("${", "${!"),
  ].join(":");

/** The same as a value of a template. */
export const deployedArn = (arn: string): string => (arn.includes("${") ? Fn.sub(arn) : arn);

const known = (value: string, name: string): string => (Token.isUnresolved(value) ? `\${AWS::${name}}` : value);
