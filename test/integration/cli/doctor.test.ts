import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { realAws } from "../../../packages/ductape-jobs/src/cli/doctor/aws.ts";
import { bucket, startSqsAndS3 } from "../../support/aws/fauxqs.ts";

let s3: Awaited<ReturnType<typeof startSqsAndS3>>;
const before = { ...process.env };

beforeAll(async () => {
  s3 = await startSqsAndS3();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
  });
});
afterAll(async () => {
  process.env = before;
  await s3.stop();
});

test("doctor reads the code that a run keeps from where the functions of its product do", async () => {
  const body = Buffer.from("the gzipped code");
  await s3.s3.send(new PutObjectCommand({ Bucket: bucket, Key: "code/abc.mjs.gz", Body: body }));
  const from = `https://${bucket}.s3.eu-central-1.amazonaws.com/code/`;
  expect(Buffer.from((await realAws().bundle(from, "abc")) ?? [])).toEqual(body);
  expect(await realAws().bundle(from, "def")).toBeUndefined();
});
