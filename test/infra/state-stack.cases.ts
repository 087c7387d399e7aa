import { asItIs, flat, functionOf, linesOfEntry, type Resource, resourcesOf, synthesize } from "./synth.ts";

const { state } = synthesize({ "jobs:retentionDays": 10 });
const only = (type: string) => {
  const [resource, ...others] = resourcesOf(state, type);
  if (!resource || others.length > 0) throw new Error(`not one ${type}`);
  return resource;
};

test.each([
  ["AWS::S3::Bucket", "RetainExceptOnCreate"],
  ["AWS::Events::EventBus", "RetainExceptOnCreate"],
  // Deletion protection would make the rollback fail.
  ["AWS::DynamoDB::GlobalTable", "Retain"],
])("%s survives the deletion of its stack; after a first deployment that failed: %s", (type, policy) => {
  expect(only(type)).toMatchObject({ DeletionPolicy: policy, UpdateReplacePolicy: "Retain" });
});

describe("the table of jobs", () => {
  const { Properties: table } = only("AWS::DynamoDB::GlobalTable");

  test("has the keys that the store uses, and the index by phase", () => {
    expect(table.KeySchema).toEqual([
      { AttributeName: "PK", KeyType: "HASH" },
      { AttributeName: "SK", KeyType: "RANGE" },
    ]);
    expect(table.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: "by-phase",
        KeySchema: [
          { AttributeName: "gsi_pk", KeyType: "HASH" },
          { AttributeName: "gsi_sk", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ]);
    expect(table.AttributeDefinitions).toContainEqual({ AttributeName: "gsi_sk", AttributeType: "S" });
  });

  test("is billed on demand, forgets expired jobs and streams both images", () => {
    expect(table.BillingMode).toBe("PAY_PER_REQUEST");
    expect(table.TimeToLiveSpecification).toEqual({ AttributeName: "expires", Enabled: true });
    expect(table.StreamSpecification).toEqual({ StreamViewType: "NEW_AND_OLD_IMAGES" });
    expect(JSON.stringify(table)).not.toContain("WarmThroughput");
  });

  test("has the warm throughput of its settings, and so has its index", () => {
    const { state: warm } = synthesize({ "jobs:warmWrites": "10000", "jobs:warmReads": 20_000 });
    const [{ Properties }] = resourcesOf(warm, "AWS::DynamoDB::GlobalTable") as [Resource];
    const both = { ReadUnitsPerSecond: 20_000, WriteUnitsPerSecond: 10_000 };
    expect(Properties).toMatchObject({ WarmThroughput: both, GlobalSecondaryIndexes: [{ WarmThroughput: both }] });
    expect(resourcesOf(warm, "AWS::DynamoDB::GlobalTable").map(({ id }) => id)).toEqual([
      only("AWS::DynamoDB::GlobalTable").id,
    ]);
  });

  test("can be restored to any second, and cannot be deleted by mistake", () => {
    expect(table.Replicas).toHaveLength(1);
    for (const replica of table.Replicas) {
      expect(replica.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      expect(replica.DeletionProtectionEnabled).toBe(true);
    }
  });
});

describe("the bucket of payloads", () => {
  const { Properties: bucket } = only("AWS::S3::Bucket");
  const daysOf = (prefix: string) =>
    bucket.LifecycleConfiguration.Rules.find((rule: { Prefix?: string }) => rule.Prefix === prefix)?.ExpirationInDays;

  test("is private and encrypted, and accepts TLS only", () => {
    expect(Object.values(bucket.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    expect(bucket.BucketEncryption).toBeDefined();
    state.hasResourceProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: [
          { Effect: "Deny", Principal: { AWS: "*" }, Condition: { Bool: { "aws:SecureTransport": "false" } } },
          { Effect: "Deny", Principal: { AWS: "*" }, Condition: { NumericLessThan: { "s3:TlsVersion": 1.2 } } },
        ],
      },
    });
  });

  test("keeps results a little longer than their jobs", () => {
    expect(daysOf("results/")).toBe(13);
  });

  test("keeps an upload for a week, and nothing of an aborted one", () => {
    expect(daysOf("uploads/")).toBe(7);
    expect(bucket.LifecycleConfiguration.Rules).toContainEqual({
      Id: "uploads-that-broke-off",
      Status: "Enabled",
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
  });

  test("never expires what an open job needs", () => {
    const prefixes = bucket.LifecycleConfiguration.Rules.map(({ Prefix = "" }: { Prefix?: string }) => Prefix);
    const expires = (key: string) => prefixes.some((prefix: string) => prefix !== "" && key.startsWith(prefix));
    expect(["inputs/job_1/f/w", "progress/job_1/1/1/c", "results/job_1/1/1/c"].map(expires)).toEqual([
      false,
      false,
      true,
    ]);
  });
});

test("the bus has a name that no bus left behind has", () => {
  expect(flat(only("AWS::Events::EventBus").Properties.Name)).toMatch(/^ductape-jobs-prod-state-\{.*AWS::StackId/);
});

test("events that the bus cannot decrypt go to dead letters", () => {
  const { id } = resourcesOf(state, "AWS::SQS::Queue").find(({ id }) =>
    id.startsWith("EventBusDeadLetters"),
  ) as Resource;
  const bus = only("AWS::Events::EventBus");
  expect(flat(bus.Properties.DeadLetterConfig.Arn)).toBe(`<${id}.Arn>`);
  const policies = resourcesOf(state, "AWS::SQS::QueuePolicy").filter(
    ({ Properties }) => Properties.Queues[0].Ref === id,
  );
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const allowed = statements.filter(({ Effect }) => Effect === "Allow");
  expect(allowed).toMatchObject([{ Action: "sqs:SendMessage", Principal: { Service: "events.amazonaws.com" } }]);
  expect(flat(allowed[0].Condition.ArnEquals["aws:SourceArn"])).toBe(`<${bus.id}.Arn>`);
});

test("the API key and the key of approvals are 256 random bits in characters that need no quoting, and stay", () => {
  const secrets = resourcesOf(state, "AWS::SecretsManager::Secret");
  expect(secrets.map(({ id }) => id.replace(/[0-9A-F]{8}$/, ""))).toEqual(["ApiKey", "ApprovalKey"]);
  for (const secret of secrets) {
    expect(secret.Properties.GenerateSecretString).toEqual({ ExcludePunctuation: true, PasswordLength: 43 });
    expect(secret).toMatchObject({ DeletionPolicy: "RetainExceptOnCreate", UpdateReplacePolicy: "Retain" });
  }
});

/** In the format that AWS documents: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Stream.html */
const labels = ["2015-05-11T21:21:33.291", "2026-11-25T00:00:00.000", "2015-05-20T20:51:10.252"];
const streamsOf = (table: string) =>
  labels.map((label) => `arn:aws:dynamodb:us-west-2:111122223333:table/${table}/stream/${label}`);

describe.each([
  ...streamsOf("TestTable"),
  "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/jobs.of-2026_11/stream/2015-05-11T21:21:33.291",
  "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/stream/stream/2015-05-11T21:21:33.291",
])("jobs:restoredStream %s", (stream) => {
  const { service } = synthesize({ "jobs:restoredStream": stream });
  const table = stream.slice(0, stream.lastIndexOf("/stream/"));

  test("is read by the lifecycle, and every other function uses its table", () => {
    const sources = resourcesOf(service, "AWS::Lambda::EventSourceMapping").map(({ Properties }) => Properties);
    expect(sources.filter(({ EventSourceArn }) => EventSourceArn === stream)).toHaveLength(1);
    expect(linesOfEntry(service, "lifecycle")).toContain(`dynamodb:GetRecords ${stream}`);
    const { TABLE_NAME } = functionOf(service, "api").Properties.Environment.Variables;
    expect(TABLE_NAME).toBe(table.slice(table.lastIndexOf("/") + 1));
    const reads = linesOfEntry(service, "api").filter((line) => line.startsWith("dynamodb:GetItem"));
    expect(reads).toEqual(Array(6).fill(expect.stringContaining(` ${table} if `)));
  });
});

describe("a table that was restored from its backup", () => {
  const [stream = ""] = streamsOf("jobs-restored");
  const before = asItIs();
  const after = synthesize({ "jobs:restoredStream": stream });
  const exportsOf = ({ state }: typeof before) => Object.keys(state.toJSON().Outputs).sort();

  test("replaces the stack's own table wherever the service names it", () => {
    const text = JSON.stringify(after.service.toJSON());
    expect(text).toContain('"TABLE_NAME":"jobs-restored"');
    expect(text).toContain(stream);
    expect(text).not.toMatch(/ImportValue":"[^"]*Jobs[A-F0-9]{8}/);
    const ids = (template: typeof before.service) => Object.keys(template.toJSON().Resources).sort();
    expect(ids(after.service)).toEqual(ids(before.service));
  });

  test("changes nothing in the state stack", () => {
    expect(after.state.toJSON().Resources).toEqual(before.state.toJSON().Resources);
    expect(exportsOf(after)).toEqual(exportsOf(before));
  });
});
