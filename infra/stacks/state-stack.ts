import {
  AttributeType,
  Billing,
  type CfnGlobalTable,
  type ITableV2,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import { EventBus } from "aws-cdk-lib/aws-events";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { type CfnSecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { nameByBirth } from "../constructs/functions/name-by-birth.ts";
import { IntakeEndpoints } from "../constructs/queues/intake-endpoints.ts";
import { UnderKeyOfAws } from "../constructs/queues/job-queue.ts";
import { keptOnceUsed } from "../constructs/queues/kept.ts";
import { encryptWith } from "../constructs/trust/encrypt-with.ts";
import { encryptionKey } from "../constructs/trust/encryption-key.ts";
import { acknowledge } from "../grants/acknowledge.ts";
import type { Config } from "../settings/config.ts";

/** The index that lists jobs by tenant and phase (docs/design.md 6). */
export const phaseIndex = "by-phase";

/**
 * What must survive: the jobs, their larger inputs and results, the bus that others have put rules on, and the API key.
 * Deleting the stack keeps all four. The intake's door is here for those who send to it, and goes with the stack.
 */
export class StateStack extends Stack {
  /** Of the jobs: the one of this stack, or one that was restored from its backup. */
  readonly table: ITableV2 | TableV2;
  readonly bucket: Bucket;
  /** Where others hear of what happens to jobs. */
  readonly bus: EventBus;
  readonly intake: IntakeEndpoints;
  /** The ARN of the secret that holds the API key. */
  readonly apiKeyArn: string;
  /** What all of it is encrypted with; undefined for AWS's own keys. */
  readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, { config, ...props }: StackProps & { config: Config }) {
    super(scope, id, props);
    this.key = encryptionKey(this, config.kmsKey);
    const own = jobsTable(this, config, this.key);
    this.apiKeyArn = apiKeyArn(this, this.key);
    // Said whether they are used or not: CloudFormation refuses to take an export away from a stack that still uses it.
    const exported = [own.tableName, own.tableArn, own.tableStreamArn as string, this.apiKeyArn];
    for (const value of exported) this.exportValue(value);
    this.table = config.restoredStream === undefined ? own : restoredTable(this, config.restoredStream);
    this.bucket = payloadBucket(this, config.retentionDays, this.key);
    this.bus = eventBus(this, this.key);
    this.intake = new IntakeEndpoints(this, "Intake", { bus: this.bus, bucket: this.bucket });
    if (this.key) encryptWith(this.key, this);
  }
}

function jobsTable(stack: Stack, { warmThroughput }: Config, key: IKey | undefined): TableV2 {
  const table = new TableV2(stack, "Jobs", {
    partitionKey: { name: "PK", type: AttributeType.STRING },
    sortKey: { name: "SK", type: AttributeType.STRING },
    globalSecondaryIndexes: [
      {
        indexName: phaseIndex,
        partitionKey: { name: "gsi_pk", type: AttributeType.STRING },
        sortKey: { name: "gsi_sk", type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
        // Each write of a job writes here too, and waits for it.
        ...(warmThroughput && { warmThroughput }),
      },
    ],
    billing: Billing.onDemand(),
    ...(warmThroughput && { warmThroughput }),
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: "expires",
    deletionProtection: true,
    // Also where its creation is rolled back: CloudFormation could not delete a table that is protected from it.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  if (key) {
    // The CDK wants to know the Region for it, lest there be replicas in others: there are none.
    const resource = table.node.defaultChild as CfnGlobalTable;
    resource.sseSpecification = { sseEnabled: true, sseType: "KMS" };
    resource.addPropertyOverride("Replicas.0.SSESpecification.KMSMasterKeyId", key.keyArn);
  }
  return table;
}

/** What `aws dynamodb restore-table-to-point-in-time` made. It has its index already; docs/operations/restore.md says the rest. */
const restoredTable = (stack: Stack, tableStreamArn: string): ITableV2 =>
  TableV2.fromTableAttributes(stack, "RestoredJobs", {
    tableArn: tableStreamArn.slice(0, tableStreamArn.lastIndexOf("/stream/")),
    tableStreamArn,
  });

/** Long enough to try a failed storage job again; a job that is due later than that brings its file as input. */
const uploadsKept = Duration.days(7);

function payloadBucket(stack: Stack, retentionDays: number, key: IKey | undefined): Bucket {
  // DynamoDB deletes an expired item within a few days; until then it must not point at nothing. What an open job needs has no
  // age here, as S3 counts from when it was written and a job may go on for ever: the lifecycle deletes inputs and progress.
  const kept = Duration.days(retentionDays + 3);
  const bucket = new Bucket(stack, "Payloads", {
    ...(key
      ? // A key of the bucket's own, made from ours, saves a call of KMS an object.
        { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: [
      { id: "results", prefix: "results/", expiration: kept },
      { id: "uploads", prefix: "uploads/", expiration: uploadsKept },
      { id: "imports", prefix: "imports/", expiration: kept },
      { id: "import-reports", prefix: "import-reports/", expiration: kept },
      { id: "uploads-that-broke-off", abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy: keptOnceUsed,
  });
  acknowledge(bucket, {
    "AwsSolutions-S1":
      "Only this app's functions and the short-lived download links they sign reach the bucket; whoever needs a record of each access turns on CloudTrail data events, which also name the caller.",
  });
  return bucket;
}

function eventBus(stack: Stack, key: IKey | undefined): EventBus {
  // What the bus cannot encrypt or decrypt any more, because the key was disabled or its policy changed.
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-dlq.html
  const deadLetterQueue = new UnderKeyOfAws(new Construct(stack, "EventBus"), "DeadLetters");
  const bus = new EventBus(stack, "Bus", {
    eventBusName: nameByBirth(stack),
    description: "What happens to the jobs of Ductape Jobs",
    deadLetterQueue,
    ...(key && { kmsKey: key }),
  });
  deadLetterQueue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("events.amazonaws.com")],
      actions: ["sqs:SendMessage"],
      resources: [deadLetterQueue.queueArn],
      conditions: { ArnEquals: { "aws:SourceArn": bus.eventBusArn } },
    }),
  );
  bus.applyRemovalPolicy(keptOnceUsed);
  return bus;
}

function apiKeyArn(stack: Stack, key: IKey | undefined): string {
  const secret = new Secret(stack, "ApiKey", {
    description: "The API key of Ductape Jobs: send it as `Authorization: Bearer <key>`",
    // 43 letters and digits are 256 bits; without punctuation a shell needs no quotes.
    generateSecretString: { passwordLength: 43, excludePunctuation: true },
    removalPolicy: keptOnceUsed,
    ...(key && { encryptionKey: key }),
  });
  acknowledge(secret, {
    "AwsSolutions-SMG4":
      "Callers outside AWS hold this key: replacing it on a timer would cut them off. docs/operations/keys.md says how to replace it by hand.",
  });
  // `Ref`, which `secretArn` is, says the same on AWS; the emulator of the deploy test answers it with a name.
  return (secret.node.defaultChild as CfnSecret).attrId;
}
