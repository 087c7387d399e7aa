import { type Policy, Role } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import { CfnTopic } from "aws-cdk-lib/aws-sns";
import { CfnQueue } from "aws-cdk-lib/aws-sqs";
import { Aspects, Stack } from "aws-cdk-lib/core";
import type { Construct, IConstruct } from "constructs";
import { allowIf, grant } from "../../grants/capability.ts";
import { SqsEncryptedDeadLetters } from "../queues/job-queue.ts";

/**
 * Encrypts every queue, topic and log group of a construct with a KMS key, whichever construct creates them, and lets every role that
 * works with encrypted resources use the key.
 */
export function encryptWith(key: IKey, scope: Construct): void {
  Aspects.of(scope).add({
    visit(node: IConstruct) {
      if (node instanceof CfnLogGroup) node.kmsKeyId = key.keyArn;
      // The alarm topic has a key of its own, which CloudWatch may use.
      if (node instanceof CfnTopic) node.kmsMasterKeyId ??= key.keyArn;
      if (node instanceof CfnQueue && !(node.node.scope instanceof SqsEncryptedDeadLetters)) {
        node.kmsMasterKeyId = key.keyArn;
        node.sqsManagedSseEnabled = undefined;
      }
    },
  });
  for (const node of scope.node.findAll()) {
    if (node instanceof Role) grantKey(node, key, servicesOf(node));
  }
}

/** The services whose data is encrypted, and which use the key on behalf of their caller. */
const encrypting = ["dynamodb", "s3", "sqs", "sns", "secretsmanager"];

/** Derived from everything the role may do by now, including what others have granted it, such as an event source. */
function servicesOf(role: Role): string[] {
  const policy = role.node.tryFindChild("DefaultPolicy") as Policy | undefined;
  const statements = (policy?.document.toJSON()?.Statement ?? []) as { Action: string | string[] }[];
  const actions = statements.flatMap(({ Action }) => Action);
  return encrypting.filter((service) => actions.some((action) => action.startsWith(`${service}:`)));
}

/** Only through the services that the role works with. */
function grantKey(role: Role, key: IKey, services: string[]): void {
  if (services.length === 0) return;
  const { region, urlSuffix } = Stack.of(role);
  const through = services.map((service) => `${service}.${region}.${urlSuffix}`);
  grant(role, allowIf({ StringEquals: { "kms:ViaService": through } }, useOfKey, [key.keyArn]));
}

/**
 * What SQS and S3 require of senders, writers and readers, and DynamoDB of the users of a table.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const useOfKey = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"];
