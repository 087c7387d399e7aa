import { CfnSecurityGroup } from "aws-cdk-lib/aws-ec2";
import type { Role } from "aws-cdk-lib/aws-iam";
import type { CfnFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { allowIf, grant } from "../../grants/capability.ts";
import type { Network } from "../../settings/config.ts";
import { namedOutput } from "../named-output.ts";

/**
 * Puts a function into subnets of the team's VPC. It uses ids instead of the CDK's VPC construct, which would have to be looked
 * up in the account: synthesis needs neither credentials nor a network.
 */
export function placeIn(lambda: LambdaFunction, role: Role, { subnetIds, vpcId, securityGroupIds }: Network): void {
  const groups = securityGroupIds ?? (vpcId === undefined ? [] : [ownGroup(lambda, vpcId)]);
  (lambda.node.defaultChild as CfnFunction).vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...groups] };
  grant(role, networkInterfaces);
}

/** Allows all outbound and no inbound traffic. The security groups of databases must admit it, by the id in the output. */
function ownGroup(lambda: LambdaFunction, vpcId: string): string {
  const group = new CfnSecurityGroup(lambda, "SecurityGroup", {
    vpcId,
    // Changing this text would replace the group, and the rules of the databases that refer to it would no longer match.
    groupDescription: "Where the database actions of Ductape Jobs come from",
    securityGroupEgress: [{ ipProtocol: "-1", cidrIp: "0.0.0.0/0", description: "Databases, and the APIs of AWS" }],
  });
  const use = "The security group of database actions: allow it in the security groups of the databases";
  namedOutput(lambda, "DatabaseSecurityGroup", group.attrGroupId, use);
  return group.attrGroupId;
}

/**
 * Lambda creates and deletes the function's network interfaces with the function's role, and requires all resources. The
 * condition denies this to the function's own code, because only its requests carry that key.
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
  "Lambda requires all resources to place a function in a VPC; the function's own code may use none of them.",
);
