import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { lazyBlobStore } from "../../../lambdas/aws/start/lazy-ports.ts";
import { firstCursor, reportFolder } from "../../../lambdas/core/job/import-cursor.ts";
import type { BlobStore } from "../../../lambdas/core/ports/blob-store.ts";
import { mostLines, runImport } from "../../../lambdas/intake/import/run-import.ts";
import { bucket, startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { noon } from "../../support/builders.ts";
import { intakeServices, order } from "../../support/intake/services.ts";

let aws: Awaited<ReturnType<typeof startSqsAndS3>>;
let blobs: BlobStore;
const kept = { ...process.env };
beforeAll(async () => {
  aws = await startSqsAndS3();
  // As in a Lambda, the adapter that it loads creates its own client from its environment.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: aws.endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  blobs = lazyBlobStore({ BUCKET_NAME: bucket });
});
afterAll(async () => {
  process.env = kept;
  await aws.stop();
});

test("an import of several invocations turns each line into exactly one job", async () => {
  const count = mostLines + 50;
  const key = "imports/orders.ndjson";
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify(order({ labels: [`line ${i + 1}`] })));
  const Body = `${lines.join("\n")}\n`;
  const { ETag = "" } = await aws.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
  const services = { ...intakeServices(), blobs };
  const place = firstCursor({ key, etag: ETag.replaceAll('"', ""), size: Buffer.byteLength(Body), put_at: noon });
  const stopAt = noon + 40_000;

  await runImport(services, place, stopAt);
  for (let next = services.imports.sent.shift(); next; next = services.imports.sent.shift()) {
    expect(next.cursor.offset).toBeLessThan(place.size);
    await runImport(services, next.cursor, stopAt);
  }

  const labels = services.jobs.all().map((job) => job.labels?.[0]);
  expect(labels).toHaveLength(count);
  expect(new Set(labels).size).toBe(count);
  const summary = await blobs.get(`${reportFolder(place)}summary.json`);
  expect(JSON.parse(String(Buffer.from(summary ?? [])))).toMatchObject({
    status: "finished",
    lines: count,
    scheduled: count,
    rejected: 0,
    parts: 2,
  });
}, 120_000);
