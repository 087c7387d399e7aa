import { privilegesByEntry } from "./privileges.ts";
import { asItIs, functionOf, resourcesOf, synthesize } from "./synth.ts";

describe("a deployment whose audit is locked", () => {
  const { state, service } = synthesize({ "jobs:auditLockDays": "365" });
  const only = (type: string) => {
    const known = new Set(resourcesOf(asItIs().service, type).map(({ id }) => id));
    return resourcesOf(service, type).filter(({ id }) => !known.has(id));
  };

  test("has one function more, which reads the stream, puts objects, signs, and may nothing else", () => {
    expect(privilegesByEntry(service)["audit-record"]).toMatchInlineSnapshot(`
[
  "dynamodb:DescribeStream,GetRecords,GetShardIterator JobsStream",
  "dynamodb:ListStreams *",
  "kms:Sign AuditRecordKey if kms:SigningAlgorithm = ECDSA_SHA_256",
  "s3:GetObject,PutObject AuditRecordBucket/minutes/*",
  "s3:GetObject,PutObject AuditRecordBucket/records/*",
  "s3:ListBucket AuditRecordBucket if prefix = records/*, minutes/*",
]
`);
    expect(privilegesByEntry(service)).toEqual({
      ...privilegesByEntry(asItIs().service),
      "audit-record": expect.anything(),
    });
    expect(JSON.stringify(functionOf(service, "audit-record").Properties.Environment)).toContain("AUDIT_BUCKET");
    expect(state.toJSON()).toEqual(asItIs().state.toJSON());
  });

  test("leaves room for the largest catalogs", () => {
    const count = (stack: typeof service) => Object.keys(stack.toJSON().Resources).length;
    expect(count(service) - count(asItIs().service)).toBeLessThanOrEqual(16);
  });

  test("keeps each object unchanged for the days of the setting, and the bucket and the key beyond the stack", () => {
    const [bucket] = only("AWS::S3::Bucket");
    expect(bucket?.Properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 365 } },
      },
      VersioningConfiguration: { Status: "Enabled" },
    });
    const [key] = only("AWS::KMS::Key");
    expect(key?.Properties).toMatchObject({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    // A roll back could not delete the bucket either, if an object was put into it before.
    expect([bucket, key].map((one) => one?.DeletionPolicy)).toEqual(["Retain", "RetainExceptOnCreate"]);
  });

  test("reads of the stream what concerns the audit, from where the stream begins", () => {
    const [source] = only("AWS::Lambda::EventSourceMapping");
    expect(source?.Properties).toMatchObject({
      StartingPosition: "TRIM_HORIZON",
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"PK":{"S":[{"prefix":"AUDIT#"}]}}}}' }] },
    });
  });

  test("says where the record is and what signs it", () => {
    expect(Object.keys(service.toJSON().Outputs)).toEqual(expect.arrayContaining(["AuditBucket", "AuditKey"]));
  });
});

test("without the setting there is no such function, no bucket and no key", () => {
  const { service } = asItIs();
  expect(privilegesByEntry(service)).not.toHaveProperty("audit-record");
  expect(resourcesOf(service, "AWS::S3::Bucket")).toEqual([]);
});
