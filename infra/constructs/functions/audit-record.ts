import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as Invocation } from "aws-cdk-lib/aws-events-targets";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import { FilterCriteria, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Duration, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { AuditRecordEnv } from "../../../lambdas/aws/start/env.ts";
import { minutesFolder, recordsFolder } from "../../../lambdas/core/access/audit-record.ts";
import { auditPrefix, partitionKey } from "../../../lambdas/topology.ts";
import { acknowledge } from "../../grants/acknowledge.ts";
import { allow, allowIf } from "../../grants/capability.ts";
import type { JobsState } from "../jobs-state.ts";
import { namedOutput } from "../named-output.ts";
import { retainExceptOnCreate } from "../trust/removal.ts";
import { EntryFunction } from "./entry-function.ts";
import { anyStream, readStream } from "./read-stream.ts";

interface AuditRecordProps {
  state: JobsState;
  /** For how many days an object can be neither changed nor removed, by nobody. */
  days: number;
}

/**
 * The record of the audit, which shows later whether anything was changed: a bucket with object lock, a key that signs what has arrived in
 * it each minute, and a function apart from the API that does both. Deleting the stack retains the bucket and the key.
 */
export class AuditRecord extends Construct {
  constructor(scope: Construct, id: string, { state, days }: AuditRecordProps) {
    super(scope, id);
    const bucket = lockedBucket(this, state, days);
    const key = new Key(this, "Key", {
      description: "Signs each minute which changes were recorded",
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: retainExceptOnCreate,
    });
    const folders = [recordsFolder, minutesFolder].map((folder) => `${folder}*`);
    const eventSourceArn = state.table.tableStreamArn as string;
    const { lambda } = new EntryFunction<typeof AuditRecordEnv>(this, "Entry", {
      entry: "audit-record",
      description: "Keeps the record of the audit, and signs it",
      environment: { AUDIT_BUCKET: bucket.bucketName, AUDIT_KEY: key.keyArn },
      allow: [
        allow(readStream, [eventSourceArn]),
        allow(["dynamodb:ListStreams"], ["*"], anyStream),
        allow(
          ["s3:GetObject", "s3:PutObject"],
          folders.map((folder) => bucket.arnForObjects(folder)),
          "An object a batch of changes, and one a minute.",
        ),
        allowIf({ StringLike: { "s3:prefix": folders } }, ["s3:ListBucket"], [bucket.bucketArn]),
        allowIf({ StringEquals: { "kms:SigningAlgorithm": "ECDSA_SHA_256" } }, ["kms:Sign"], [key.keyArn]),
      ],
    });
    lambda.addEventSourceMapping("Stream", {
      eventSourceArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [FilterCriteria.filter({ dynamodb: { Keys: { [partitionKey]: { S: [{ prefix: auditPrefix }] } } } })],
      batchSize: 1000,
      // Fewer objects. A minute is signed two minutes after its end anyway.
      maxBatchingWindow: Duration.seconds(10),
      // Every record can be written, so that only S3 may refuse one: it is tried for as long as the stream has it.
      retryAttempts: 10_000,
      maxRecordAge: Duration.hours(24),
    });
    const period = Duration.minutes(1);
    const once = { retryAttempts: 0, maxEventAge: period };
    lambda.configureAsyncInvoke(once);
    const rule = new Rule(this, "EveryMinute", {
      schedule: Schedule.rate(period),
      targets: [new Invocation(lambda, once)],
    });
    const because = "The next run signs what this one did not.";
    acknowledge(lambda, {
      "Serverless-LambdaAsyncFailureDestination": because,
      "Serverless-LambdaEventSourceMappingDestination":
        "A batch that cannot be put is tried until the stream forgets it: a dead letter would have no more than its place in the stream.",
    });
    acknowledge(rule, { "Serverless-EventBusDLQ": because });
    namedOutput(this, "AuditBucket", bucket.bucketName, "The record of the audit, for `audit verify`");
    namedOutput(this, "AuditKey", key.keyArn, "The key that signs it");
  }
}

function lockedBucket(scope: Construct, { key }: JobsState, days: number): Bucket {
  const bucket = new Bucket(scope, "Bucket", {
    ...(key
      ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    // S3 locks versions of objects.
    versioned: true,
    objectLockEnabled: true,
    objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(days)),
    // Also when its creation is rolled back: the function may have put an object by then, which S3 does not let CloudFormation delete.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(bucket, {
    "AwsSolutions-S1":
      "One function puts objects, which nobody can change. CloudTrail data events record each access, and its caller, where that is needed.",
  });
  return bucket;
}
