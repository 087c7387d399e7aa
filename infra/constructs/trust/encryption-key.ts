import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import { Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import type { Config } from "../../settings/config.ts";
import { keptOnceUsed } from "../queues/kept.ts";

/**
 * The key of KMS that a setting names, or makes; undefined for AWS's own keys. One that is made is kept when its stack goes:
 * without it nobody can read what is kept. A key of the team's needs the statements below in its own policy
 * (docs/operations/encryption.md has them).
 */
export function encryptionKey(scope: Construct, setting: Config["kmsKey"]): IKey | undefined {
  if (setting === "none") return undefined;
  if (setting !== "create") return Key.fromKeyArn(scope, "Key", setting);
  const key = new Key(scope, "Key", {
    description: "Jobs, their inputs and results, queues, events, logs and the API key of Ductape Jobs",
    enableKeyRotation: true,
    removalPolicy: keptOnceUsed,
  });
  for (const statement of statementsOfServices(Stack.of(scope))) key.addToResourcePolicy(statement);
  return key;
}

/** Services that use the key by themselves and not on behalf of one of our roles. */
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
  // What sends to the queues: rules of buses, topics, notifications of buckets. AWS documents this statement without a
  // condition, and the CDK writes it so: S3 tries the queue while the bucket is made, and a refusal there rolls the whole
  // deployment back. The policies of the queues say whose rules, topics and buckets may send.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
  new PolicyStatement({
    sid: "Senders",
    principals: ["events", "sns", "s3"].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
    actions: ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
    resources: ["*"],
  }),
];
