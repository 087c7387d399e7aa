import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { RecordFiles } from "../../core/ports/audit-record.ts";
import { throwClassified } from "../client/aws-errors.ts";

/** There is an object of that name. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
const preconditionFailed = 412;

/** The objects of a bucket that keeps each of them unchanged for a time (S3 Object Lock), which its default retention says. */
export const s3RecordFiles = ({ client, bucket }: { client: S3Client; bucket: string }): RecordFiles => ({
  async put(name, text) {
    const command = new PutObjectCommand({
      ...{ Bucket: bucket, Key: name, Body: text, IfNoneMatch: "*" },
      ContentType: name.endsWith(".json") ? "application/json" : "application/x-ndjson",
      // S3 refuses an object without a checksum where objects are retained.
      ChecksumAlgorithm: "SHA256",
    });
    try {
      await client.send(command);
      return "put";
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === preconditionFailed) return "exists";
      return throwClassified(error);
    }
  },

  async get(name) {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
      return await Body?.transformToString();
    } catch (error) {
      return error instanceof NoSuchKey ? undefined : throwClassified(error);
    }
  },

  async *names(folder, { from, to }) {
    // `StartAfter` leaves the name itself out. A name has an end that is longer than `from`, so that none is left out.
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: folder, StartAfter: from });
    for await (const { Contents = [] } of pages) {
      for (const { Key = "" } of Contents) {
        if (to !== undefined && Key >= to) return;
        yield Key;
      }
    }
  },
});
