import { S3Client } from "@aws-sdk/client-s3";
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { routes } from "../../../../lambdas/api/routes.ts";
import { httpApi } from "../../../../lambdas/aws/http/http-api.ts";
import { s3BlobStore } from "../../../../lambdas/aws/s3/blob-store.ts";
import { storageExecutor } from "../../../../lambdas/consumers/types/storage/execute.ts";
import { bucketOpener } from "../../../../lambdas/consumers/types/storage/open-bucket.ts";
import { s3Buckets } from "../../../../lambdas/consumers/types/storage/s3.ts";
import { anExecution } from "../../../support/an-execution.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { bucket, startSqsAndS3 } from "../../../support/aws/fauxqs.ts";
import { aJob } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { fakeServices } from "../../../support/fakes/services.ts";
import { httpEvent } from "../../../support/http-event.ts";

it("a file that was uploaded by URL is stored by a job in the team's bucket", async () => {
  const { endpoint, stop } = await startSqsAndS3();
  const client = new S3Client({ ...settings, endpoint, forcePathStyle: true });
  const blobs = s3BlobStore({ client, bucket });
  const api = httpApi(() => ({ ...fakeServices({ catalog }), blobs }), routes);
  const file = Buffer.alloc(7_000_000, "large ");

  const event = httpEvent({
    method: "POST",
    path: "/v1/uploads",
    body: { product_tag: "my-product", env: "prd", size: file.byteLength, mimeType: "text/plain" },
  });
  const answer = (await api(event, {} as Context)) as APIGatewayProxyStructuredResultV2;
  const { upload_id, url, method, headers } = JSON.parse(answer.body ?? "");
  expect((await fetch(url, { method, headers, body: file })).status).toBe(200);

  const execution = anExecution({
    job: aJob({ type: "storage", product: "my-product", env: "prd" }),
    target: { envs: { prd: { provider: "s3", bucket, endpoint } } },
    input: { upload_id, fileName: "large.bin" },
    blobs,
  });
  const result = await storageExecutor(bucketOpener(s3Buckets(settings)))(execution);
  expect(result).toMatchObject({ key: "large.bin", size: file.byteLength, mime_type: "text/plain" });
  expect(Buffer.from((await blobs.get("large.bin")) ?? []).equals(file)).toBe(true);

  client.destroy();
  await stop();
});
