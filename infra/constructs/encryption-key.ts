import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import { RemovalPolicy, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";

/**
 * The key of KMS that a setting names, or makes; undefined for AWS's own keys. One that is made is kept when its stack goes:
 * without it nobody can read what is kept. A key of the team's needs the statements below in its own policy
 * (docs/operations.md has them).
 */
export function encryptionKey(scope: Construct, setting: Config["kmsKey"]): IKey | undefined {
  if (setting === "none") return undefined;
  if (setting !== "create") return Key.fromKeyArn(scope, "Key", setting);
  const key = new Key(scope, "Key", {
    description: "Jobs, their inputs and results, queues, events, logs and the API key of Ductape Jobs",
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  for (const statement of statementsOfServices(Stack.of(scope))) key.addToResourcePolicy(statement);
  return key;
}

/** Services that use the key by themselves and not on behalf of one of our roles, each for this account only. */
const statementsOfServices = ({ partition, region, account, urlSuffix }: Stack): PolicyStatement[] => [
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  new PolicyStatement({
    sid: "Logs",
    // Alone among these it has another name in China.
    principals: [new ServicePrincipal(`logs.${region}.${urlSuffix}`)],
    actions: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    resources: ["*"],
    conditions: {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:*` },
    },
  }),
  // What they send to queues and topics: rules of buses, topics, notifications of buckets, alarms.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services
  new PolicyStatement({
    sid: "Senders",
    principals: ["events", "sns", "s3", "cloudwatch"].map(
      (service) => new ServicePrincipal(`${service}.amazonaws.com`),
    ),
    actions: ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
    resources: ["*"],
    conditions: { StringEquals: { "aws:SourceAccount": account } },
  }),
];
