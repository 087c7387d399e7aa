import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import { Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import type { Config } from "../../settings/config.ts";
import { retainExceptOnCreate } from "./removal.ts";

/**
 * The KMS key that the setting names, or a new one; undefined for AWS's own keys. A new key is retained when its stack is deleted:
 * without it the retained data could not be read. A key of the team's own needs the statements below in its policy
 * (docs/operations/encryption.md lists them).
 */
export function encryptionKey(scope: Construct, setting: Config["kmsKey"]): IKey | undefined {
  if (setting === "none") return undefined;
  if (setting !== "create") return Key.fromKeyArn(scope, "Key", setting);
  const key = new Key(scope, "Key", {
    description: "Jobs, their inputs and results, queues, events, logs and the API key of Ductape Jobs",
    enableKeyRotation: true,
    removalPolicy: retainExceptOnCreate,
  });
  admitServices(key, Stack.of(scope));
  return key;
}

/** Lets the services use a key that the CDK app creates. The policy of an imported key is not the app's to change. */
export function admitServices(key: IKey, stack: Stack): void {
  for (const statement of statementsOfServices(stack)) key.addToResourcePolicy(statement);
}

/** For services that use the key themselves and not on behalf of a role of this deployment. */
const statementsOfServices = ({ partition, region, account, urlSuffix }: Stack): PolicyStatement[] => [
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  new PolicyStatement({
    sid: "Logs",
    // Unlike the others, this principal has another name in China.
    principals: [new ServicePrincipal(`logs.${region}.${urlSuffix}`)],
    actions: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    resources: ["*"],
    conditions: {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:*` },
    },
  }),
  // Event rules, topics and bucket notifications, which send to the queues. AWS documents this statement without a condition,
  // and so does the CDK write it: S3 tests the queue while the bucket is created, and a refusal would roll the whole deployment
  // back. The policies of the queues restrict whose rules, topics and buckets may send.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
  new PolicyStatement({
    sid: "Senders",
    principals: ["events", "sns", "s3"].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
    actions: ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
    resources: ["*"],
  }),
];
