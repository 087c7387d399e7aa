import type { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { BlobStore } from "../../core/ports/blob-store.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";

/**
 * Stores blobs as objects of a bucket. The role needs `s3:ListBucket` for their keys in addition to read access: without it, S3 answers
 * 403 instead of 404 for an object that does not exist. As it names the permission that is missing, that is understood too.
 */
export function s3BlobStore({ client, bucket }: { client: S3Client; bucket: string }): BlobStore {
  const read = async (
    key: string,
    rest?: { from: number; etag: string },
  ): Promise<GetObjectCommandOutput | undefined> => {
    // No range from byte 0, since S3 refuses every range of an empty object.
    const part = rest && { IfMatch: `"${rest.etag}"`, ...(rest.from > 0 && { Range: `bytes=${rest.from}-` }) };
    try {
      return await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...part }));
    } catch (error) {
      if (error instanceof NoSuchKey || httpStatusOf(error) === preconditionFailed || isUnlisted(error))
        return undefined;
      throw error;
    }
  };
  return withClassifiedErrors<BlobStore>({
    async put(key, body, contentType) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
    },

    get: async (key) => (await read(key))?.Body?.transformToByteArray(),

    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },

    async stream(key, rest) {
      const object = await read(key, rest);
      if (!object?.Body) return undefined;
      const { ContentLength: bytes = 0, ContentType: contentType } = object;
      return { body: object.Body as Readable, bytes, ...(contentType !== undefined && { contentType }) };
    },

    downloadUrl: (key, seconds) =>
      getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: seconds }),

    async uploadUrl(key, seconds, { contentType, bytes }) {
      const input = { Bucket: bucket, Key: key, ContentType: contentType, ContentLength: bytes, IfNoneMatch: "*" };
      // S3 refuses a PUT that omits or changes a signed header. With if-none-match the URL is valid for one upload: a caller who
      // obtains it later cannot replace the file. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
      const headers = { ...(contentType !== undefined && { "content-type": contentType }), "if-none-match": "*" };
      const url = await getSignedUrl(client, withoutChecksum(new PutObjectCommand(input)), {
        expiresIn: seconds,
        signableHeaders: new Set(["host", "content-length", ...Object.keys(headers)]),
      });
      return { url, headers };
    },

    replaceUrl: (key, seconds) =>
      getSignedUrl(client, withoutChecksum(new PutObjectCommand({ Bucket: bucket, Key: key })), {
        expiresIn: seconds,
        signableHeaders: new Set(["host"]),
      }),
  });
}

const preconditionFailed = 412;
const forbidden = 403;

/**
 * Whether S3 refuses to say that an object does not exist: only then does it ask for this permission.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
 */
const isUnlisted = (error: unknown): boolean =>
  httpStatusOf(error) === forbidden && (error as Error).message.includes(" s3:ListBucket ");

const httpStatusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** Keeps the SDK from signing the checksum of the body, which is empty here: S3 would then refuse any other body. */
function withoutChecksum(command: PutObjectCommand): PutObjectCommand {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      for (const name of Object.keys(headers)) if (/^x-amz-(sdk-)?checksum-/.test(name)) delete headers[name];
      return next(args);
    },
    { step: "build", name: "withoutChecksum", priority: "low" },
  );
  return command;
}
