import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Answer } from "./deployment.ts";
import { teams } from "./in-aws.ts";

interface Settings {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** The team's bucket and table, which the catalog names. The deployment neither creates them nor asks for them. */
export async function makeTeams(settings: Settings): Promise<void> {
  await new S3Client({ ...settings, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: teams.bucket }));
  await new DynamoDBClient(settings).send(
    new CreateTableCommand({
      TableName: teams.table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["id", "day"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      GlobalSecondaryIndexes: [
        {
          IndexName: "by-day",
          KeySchema: [{ AttributeName: "day", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  );
}

interface System {
  settings(): Settings;
  /** Runs an event to its end, as `POST /v1/jobs` with `Prefer: wait` does. */
  run(event: string, input: Record<string, unknown>): Promise<Answer["body"]>;
  /** Uploads this file. */
  upload(body: Uint8Array): Promise<string>;
}

/**
 * Jobs whose targets are in AWS. Each one passes only because of the grant that infra derives from the catalog.
 *
 * The emulator differs from AWS in three ways, which the integration and infra tests cover instead: it passes the function no
 * client context, which carries the idempotency key; it reports every error of a function as `Runtime.HandlerError`; and it
 * checks permission for SES on `*` instead of the sender's identity, so that no exact grant lets e-mail through.
 */
export function describeOwnRole({ settings, run, upload }: System): void {
  const read = async (Key: string) => {
    const s3 = new S3Client({ ...settings(), forcePathStyle: true });
    return (await s3.send(new GetObjectCommand({ Bucket: teams.bucket, Key }))).Body?.transformToByteArray();
  };

  describe("with the consumer's own role", () => {
    test("a Lambda function is invoked by its ARN, and its error becomes the job's", async () => {
      expect(await run("double", { payload: { n: 21 } })).toMatchObject({
        status: "completed",
        result: { doubled: 42 },
      });
      const failed = await run("double", { payload: { n: "secret" } });
      expect(failed).toMatchObject({ status: "failed", error: { code: "PROVIDER_ERROR" } });
      expect(failed.error.message).toMatch(/^The function failed with /);
      expect(JSON.stringify(failed.error)).not.toContain("secret");
    });

    test("a file is stored below its prefix and never replaces another one", async () => {
      const large = Buffer.alloc(6 * 1024 * 1024, "parts ");
      const upload_id = await upload(large);
      const stored = await run("archive", { upload_id, fileName: "large.bin" });
      expect(stored).toMatchObject({ status: "completed", result: { key: "2030/large.bin", size: large.length } });
      expect(Buffer.from((await read("2030/large.bin")) ?? []).equals(large)).toBe(true);
      const again = await run("archive", { buffer: Buffer.from("other").toString("base64"), fileName: "large.bin" });
      expect(again).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
      expect(await read("2030/large.bin")).toHaveLength(large.length);
    });

    test("a DynamoDB table is written, read, changed and cleared", async () => {
      const data = { id: "v1", day: "2030-01-01" };
      expect(await run("add_visit", { data })).toMatchObject({ status: "completed", result: { replaced: null } });
      expect(await run("rate_visit", { data: { id: "v1", stars: 5 } })).toMatchObject({ status: "completed" });
      expect(await run("visit", { data })).toMatchObject({ result: { item: { ...data, stars: 5 } } });
      expect(await run("visits_of_day", { data })).toMatchObject({ result: { count: 1, items: [{ id: "v1" }] } });
      expect(await run("forget_visit", { data })).toMatchObject({ result: { deleted: { id: "v1" } } });
      expect(await run("visit", { data })).toMatchObject({ status: "completed", result: { item: null } });
    });

    test("a text message is sent through SNS", async () => {
      const job = await run("alert", { slug: "down", sms: { to: "+15555550100", body: { en: "Down" } } });
      expect(job).toMatchObject({ status: "completed", result: { channels: { sms: { status: "sent" } } } });
    });
  });
}
