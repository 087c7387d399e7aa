import { GetObjectCommand, HeadObjectCommand, NoSuchKey, S3Client } from "@aws-sdk/client-s3";
import { bucketOpener } from "../../../../lambdas/consumers/types/storage/open-bucket.ts";
import { s3Buckets } from "../../../../lambdas/consumers/types/storage/s3.ts";
import { parameter } from "../../../../lambdas/core/catalog/references.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { bucket, startSqsAndS3 } from "../../../support/aws/fauxqs.ts";
import { describeStorage } from "../../../support/storage/describe-storage.ts";

describeStorage("S3", async () => {
  const { endpoint, stop } = await startSqsAndS3();
  const client = new S3Client({ ...settings, endpoint, forcePathStyle: true });
  return {
    place: { provider: "s3", bucket, endpoint: parameter("/files/endpoint") },
    bucket,
    secrets: { "/files/endpoint": endpoint },
    open: bucketOpener(s3Buckets(settings)),
    async read(key) {
      try {
        const { Body, ContentType: type } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return { body: Buffer.from((await Body?.transformToByteArray()) ?? []), type };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async metadata(key) {
      return (await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).Metadata;
    },
    async stop() {
      client.destroy();
      await stop();
    },
  };
});
