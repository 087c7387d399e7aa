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
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CorsRule,
  HttpMethods,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { type CfnSecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Duration, Fn, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { blobRetentionDays, partitionKey, phaseIndex, sortKey, ttlAttribute } from "../../lambdas/topology.ts";
import { acknowledge } from "../grants/acknowledge.ts";
import type { Config } from "../settings/config.ts";
import { uniqueName } from "./deployment-name.ts";
import { IntakeEndpoints } from "./queues/intake-endpoints.ts";
import { SqsEncryptedDeadLetters } from "./queues/job-queue.ts";
import { encryptWith } from "./trust/encrypt-with.ts";
import { encryptionKey } from "./trust/encryption-key.ts";
import { retainExceptOnCreate } from "./trust/removal.ts";

interface JobsStateProps {
  config: Config;
  /** Whether the service is in another stack, which imports what this one exports. */
  separate: boolean;
}

/**
 * What must survive: the jobs, their larger inputs and results, the bus that others have attached rules to, the API key, and the key that
 * signs the addresses of approvals. Deleting the stack retains all five. The intake's endpoints are here because senders know their addresses; they are deleted
 * with the stack.
 */
export class JobsState extends Construct {
  /** The table of jobs: one of its own, or one that was restored from its backup. */
  readonly table: ITableV2 | TableV2;
  readonly bucket: Bucket;
  /** Receives an event for what happens to jobs. */
  readonly bus: EventBus;
  readonly intake: IntakeEndpoints;
  /** The ARN of the secret that holds the API key. */
  readonly apiKeyArn: string;
  /** The ARN of the secret with which the addresses of approvals are signed. */
  readonly approvalKeyArn: string;
  /** Encrypts everything in it; undefined for AWS's own keys. */
  readonly key: IKey | undefined;
  readonly #separate: boolean;

  constructor(scope: Construct, id: string, { config, separate }: JobsStateProps) {
    super(scope, id);
    this.#separate = separate;
    this.key = encryptionKey(this, config.kmsKey);
    const own = jobsTable(this, config, this.key);
    this.apiKeyArn = apiKeyArn(this, this.key);
    this.approvalKeyArn = approvalKeyArn(this, this.key);
    this.table = config.restoredStream === undefined ? own : restoredTable(this, config.restoredStream);
    this.bucket = payloadBucket(this, config, this.key);
    const { bus, deadLetters } = eventBus(this, this.key);
    this.bus = bus;
    this.intake = new IntakeEndpoints(this, "Intake", { bus: this.bus, bucket: this.bucket });
    // Exported whether they are used or not: CloudFormation refuses to remove an export while another stack uses it, and with other
    // settings the service uses others.
    const exported = [
      ...[own.tableName, own.tableArn, own.tableStreamArn as string, this.apiKeyArn, this.approvalKeyArn],
      ...[this.bucket.bucketName, this.bucket.bucketArn, bus.eventBusName, bus.eventBusArn, deadLetters.queueName],
      ...this.intake.addresses,
    ];
    for (const value of exported) this.imported(value);
    if (this.key) encryptWith(this.key, this);
  }

  /** A value as the template of the service has it: imported from this stack, if the service is in another one. */
  imported(value: string): string {
    return this.#separate ? Stack.of(this).exportValue(value) : value;
  }
}

function jobsTable(scope: Construct, { warmThroughput }: Config, key: IKey | undefined): TableV2 {
  const table = new TableV2(scope, "Jobs", {
    partitionKey: { name: partitionKey, type: AttributeType.STRING },
    sortKey: { name: sortKey, type: AttributeType.STRING },
    globalSecondaryIndexes: [
      {
        indexName: phaseIndex.name,
        partitionKey: { name: phaseIndex.partitionKey, type: AttributeType.STRING },
        sortKey: { name: phaseIndex.sortKey, type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
        // Each write of a job writes to the index too, and waits for it.
        ...(warmThroughput && { warmThroughput }),
      },
    ],
    billing: Billing.onDemand(),
    ...(warmThroughput && { warmThroughput }),
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: ttlAttribute,
    deletionProtection: true,
    // Also when its creation is rolled back, because CloudFormation cannot delete a table that is protected from deletion.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  if (key) {
    // Set on the resource, because the CDK requires a known Region for a key, in case of replicas. There are none.
    const resource = table.node.defaultChild as CfnGlobalTable;
    resource.sseSpecification = { sseEnabled: true, sseType: "KMS" };
    resource.addPropertyOverride("Replicas.0.SSESpecification.KMSMasterKeyId", key.keyArn);
  }
  return table;
}

/** The result of `aws dynamodb restore-table-to-point-in-time`, which has its index already. docs/operations/restore.md has the steps. */
const restoredTable = (scope: Construct, tableStreamArn: string): ITableV2 =>
  TableV2.fromTableAttributes(scope, "RestoredJobs", {
    // `...:table/<name>/stream/<time>`, taken apart by CloudFormation where it is a token.
    tableArn: [0, 1].map((part) => Fn.select(part, Fn.split("/", tableStreamArn))).join("/"),
    tableStreamArn,
  });

/**
 * What pages of these origins may do with the URLs that the API signs: upload with the headers that it says, and download.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
 */
const corsFor = (origins: readonly string[]): CorsRule => ({
  allowedOrigins: [...origins],
  allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT],
  allowedHeaders: ["content-type", "if-none-match"],
  exposedHeaders: ["etag"],
  maxAge: Duration.hours(1).toSeconds(),
});

function payloadBucket(scope: Construct, { retentionDays, corsOrigins }: Config, key: IKey | undefined): Bucket {
  const bucket = new Bucket(scope, "Payloads", {
    ...(key
      ? // A bucket key, derived from the KMS key, saves a call to KMS per object.
        { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: [
      ...Object.entries(blobRetentionDays(retentionDays)).map(([prefix, days]) => ({
        id: prefix.slice(0, -1),
        prefix,
        expiration: Duration.days(days),
      })),
      { id: "uploads-that-broke-off", abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    ...(corsOrigins.length > 0 && { cors: [corsFor(corsOrigins)] }),
    removalPolicy: retainExceptOnCreate,
  });
  acknowledge(bucket, {
    "AwsSolutions-S1":
      "Only the functions of this app and the short-lived download links that they sign reach the bucket. CloudTrail data events record each access, and its caller, where that is needed.",
  });
  return bucket;
}

function eventBus(scope: Construct, key: IKey | undefined) {
  // For events that the bus cannot encrypt or decrypt any more, because the key was disabled or its policy changed.
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-dlq.html
  const deadLetterQueue = new SqsEncryptedDeadLetters(new Construct(scope, "EventBus"), "DeadLetters");
  const bus = new EventBus(scope, "Bus", {
    eventBusName: uniqueName(scope),
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
  bus.applyRemovalPolicy(retainExceptOnCreate);
  return { bus, deadLetters: deadLetterQueue };
}

function apiKeyArn(scope: Construct, key: IKey | undefined): string {
  const secret = new Secret(scope, "ApiKey", {
    description: "The API key of Ductape Jobs: send it as `Authorization: Bearer <key>`",
    // 43 letters and digits are 256 bits; without punctuation a shell needs no quotes.
    generateSecretString: { passwordLength: 43, excludePunctuation: true },
    removalPolicy: retainExceptOnCreate,
    ...(key && { encryptionKey: key }),
  });
  acknowledge(secret, {
    "AwsSolutions-SMG4":
      "Callers outside AWS hold this key: rotating it on a schedule would lock them out. docs/operations/keys.md says how to replace it by hand.",
  });
  // On AWS, `Ref`, which is what `secretArn` uses, is the same; the emulator of the deployment test resolves it to a name.
  return (secret.node.defaultChild as CfnSecret).attrId;
}

function approvalKeyArn(scope: Construct, key: IKey | undefined): string {
  const secret = new Secret(scope, "ApprovalKey", {
    description: "What signs the addresses at which people decide on approvals of Ductape Jobs",
    generateSecretString: { passwordLength: 43, excludePunctuation: true },
    removalPolicy: retainExceptOnCreate,
    ...(key && { encryptionKey: key }),
  });
  acknowledge(secret, {
    "AwsSolutions-SMG4":
      "Addresses that were sent are good for as long as their key: rotating it on a schedule would end open approvals. docs/operations/keys.md says how to replace it by hand.",
  });
  return (secret.node.defaultChild as CfnSecret).attrId;
}
