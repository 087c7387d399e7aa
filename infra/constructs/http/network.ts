import { CfnSecurityGroup } from "aws-cdk-lib/aws-ec2";
import type { Role } from "aws-cdk-lib/aws-iam";
import type { CfnFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { CfnOutput, Stack } from "aws-cdk-lib/core";
import { allowIf, grant } from "../../grants/capability.ts";
import type { Network } from "../../settings/network.ts";

/**
 * Puts a function into subnets of the team's VPC. By ids alone, without the CDK's notion of a VPC: that would have to be
 * looked up in the account, and synth needs neither credentials nor a network.
 */
export function placeIn(lambda: LambdaFunction, role: Role, { subnetIds, vpcId, securityGroupIds }: Network): void {
  const groups = securityGroupIds ?? (vpcId === undefined ? [] : [ownGroup(lambda, vpcId)]);
  (lambda.node.defaultChild as CfnFunction).vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...groups] };
  grant(role, networkInterfaces);
}

/** Lets everything out and nothing in. The group of a database admits it, by the id in the output. */
function ownGroup(lambda: LambdaFunction, vpcId: string): string {
  const group = new CfnSecurityGroup(lambda, "SecurityGroup", {
    vpcId,
    groupDescription: "Where the database actions of Ductape Jobs come from",
    securityGroupEgress: [{ ipProtocol: "-1", cidrIp: "0.0.0.0/0", description: "Databases, and the APIs of AWS" }],
  });
  new CfnOutput(Stack.of(lambda), "DatabaseSecurityGroup", {
    value: group.attrGroupId,
    description: "The security group that database actions come from: let it in where the databases are",
  });
  return group.attrGroupId;
}

/**
 * Lambda makes and deletes the function's network interfaces as the function's role, and asks for all resources. The
 * condition keeps that from the function's own code, whose requests alone carry the key.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 * https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
 */
const networkInterfaces = allowIf(
  { Null: { "lambda:SourceFunctionArn": "true" } },
  [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ],
  ["*"],
  "Lambda asks for all resources to place a function in a VPC; the function's own code may use none of it.",
);
