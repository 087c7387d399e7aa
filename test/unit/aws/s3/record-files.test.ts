import { S3Client } from "@aws-sdk/client-s3";
import { expect, it } from "@jest/globals";
import { s3RecordFiles } from "../../../../lambdas/aws/s3/record-files.ts";
import { TransientError } from "../../../../lambdas/core/kernel/errors.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { type StubAnswer, stubHandler } from "../../../support/aws/stub-handler.ts";

const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;
function aBucket(answer: StubAnswer) {
  const requestHandler = stubHandler(() => answer);
  const client = new S3Client({ ...settings, requestHandler, maxAttempts: 1 });
  return { files: s3RecordFiles({ client, bucket: "record" }), requestHandler };
}

it("puts an object only if there is none, with a checksum, which S3 asks for where it locks", async () => {
  const { files, requestHandler } = aBucket({});
  expect(await files.put("minutes/2030/01/01/12/00.json", "{}")).toBe("put");
  expect(requestHandler.requests[0]).toMatchObject({
    method: "PUT",
    headers: {
      ...{ "if-none-match": "*", "content-type": "application/json" },
      "x-amz-checksum-sha256": "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
    },
  });
});

it("leaves what is there", async () => {
  const { files } = aBucket({ statusCode: 412, body: error("PreconditionFailed") });
  expect(await files.put("records/a", "{}")).toBe("exists");
});

it("knows what is not there from what S3 cannot say now", async () => {
  expect(await aBucket({ statusCode: 404, body: error("NoSuchKey") }).files.get("records/a")).toBeUndefined();
  const busy = aBucket({ statusCode: 503, body: error("SlowDown") }).files;
  await expect(busy.get("records/a")).rejects.toBeInstanceOf(TransientError);
  await expect(busy.put("records/a", "{}")).rejects.toBeInstanceOf(TransientError);
});
