import { ListObjectsV2Command, type ListObjectsV2CommandOutput, S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { reportFolder } from "../../lambdas/core/job/import-cursor.ts";
import { importPrefix, reportPrefix } from "../../lambdas/topology.ts";
import { credentials } from "../runtime/credentials.ts";
import { bucketName, region } from "../runtime/names.ts";

interface WatchOptions {
  /** The URL of S3. */
  endpoint: string;
  sqs: SQSClient;
  /** The URL of the intake's queue. */
  queueUrl: string;
  everyMs?: number;
}

interface Found {
  key: string;
  etag: string;
  size: number;
  at: Date;
}

/**
 * Stands in for the bucket's notifications of new objects to import, which fauxqs lacks, by listing the bucket regularly. After
 * a restart it notifies again of imports whose report is not finished, as SQS redelivers a message that was not deleted.
 */
export function watchImports({ endpoint, sqs, queueUrl, everyMs = 2000 }: WatchOptions) {
  const s3 = new S3Client({ endpoint, ...credentials, forcePathStyle: true });
  const notified = new Set<string>();
  let looking: Promise<void> | undefined;

  const look = async () => {
    const objects = await list(s3, importPrefix);
    if (objects.every((one) => notified.has(idOf(one)))) return;
    const reports = new Set((await list(s3, reportPrefix)).map(({ key }) => key));
    for (const one of objects) {
      const finished = reports.has(`${reportFolder(one)}summary.json`);
      if (!finished && !notified.has(idOf(one)) && !one.key.endsWith("/")) await notify(one);
      notified.add(idOf(one));
    }
  };
  const notify = async (one: Found) => {
    const MessageBody = JSON.stringify({ Records: [notificationOf(one)] });
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => console.error("listing the imports failed:", error))
      .finally(() => {
        looking = undefined;
      });
  }, everyMs);

  return {
    /** Stops listing, and resolves when a listing in progress has ended. */
    close: async (): Promise<void> => {
      clearInterval(timer);
      await looking;
      s3.destroy();
    },
  };
}

const idOf = ({ key, etag }: Found) => `${key} ${etag}`;

async function list(s3: S3Client, Prefix: string): Promise<Found[]> {
  const found: Found[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await s3.send(
      new ListObjectsV2Command({ Bucket: bucketName, Prefix, ContinuationToken }),
    );
    for (const { Key = "", ETag = "", Size = 0, LastModified = new Date() } of page.Contents ?? []) {
      found.push({ key: Key, etag: ETag.replaceAll('"', ""), size: Size, at: LastModified });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return found;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const notificationOf = ({ key, etag, size, at }: Found) => ({
  eventVersion: "2.1",
  eventSource: "aws:s3",
  awsRegion: region,
  eventTime: at.toISOString(),
  eventName: "ObjectCreated:Put",
  s3: {
    s3SchemaVersion: "1.0",
    configurationId: "imports",
    bucket: { name: bucketName, arn: `arn:aws:s3:::${bucketName}` },
    object: { key: encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+"), size, eTag: etag },
  },
});
