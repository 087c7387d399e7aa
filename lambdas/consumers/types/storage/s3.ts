import type { PutObjectCommandInput, S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { clientPerPlace, clientSettings } from "../../clients/aws/regional-clients.ts";
import { statusOf } from "../../clients/fault-table.ts";
import { type Bucket, type File, runMetadata, unquoted } from "./bucket.ts";

export interface S3Place {
  bucket: string;
  region: string | undefined;
  endpoint: string | undefined;
}

/** Buckets of S3, with the consumer's own role. */
export function s3Buckets(settings: S3ClientConfig = {}): (place: S3Place) => Promise<Bucket> {
  const clients = clientPerPlace((region: string | undefined, endpoint: string | undefined) =>
    makeClient(settings, region, endpoint),
  );
  return async ({ bucket, region, endpoint }) => s3Bucket(await clients(region, endpoint), bucket);
}

/** Without a request timeout: parts are large, and the job has a timeout of its own. */
async function makeClient(settings: S3ClientConfig, region: string | undefined, endpoint: string | undefined) {
  const { S3Client } = await import("@aws-sdk/client-s3");
  return new S3Client({
    ...clientSettings({ region, endpoint }),
    // A bucket in the host name would need a name server at the other end.
    ...(endpoint !== undefined && { forcePathStyle: true }),
    ...settings,
  });
}

const s3Bucket = (client: S3Client, bucket: string): Bucket => ({
  name: bucket,

  async put(file, onlyNew, signal) {
    const input: PutObjectCommandInput = {
      Bucket: bucket,
      Key: file.key,
      Body: file.body,
      ContentType: file.mimeType,
      Metadata: { [runMetadata]: file.run },
      ...(onlyNew && { IfNoneMatch: "*" }),
    };
    try {
      const { ETag } = await (Buffer.isBuffer(file.body)
        ? send(client, input, signal)
        : stream(client, input, file, signal));
      return { etag: unquoted(ETag) };
    } catch (error) {
      if (onlyNew && statusOf(error) === 412) return "exists";
      throw error;
    }
  },

  async find(key, signal) {
    const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
    try {
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
      return { etag: unquoted(head.ETag), bytes: head.ContentLength ?? 0, run: head.Metadata?.[runMetadata] };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  },

  /** Made by the client, which knows endpoints, partitions and bucket styles; then without the signature. */
  async url(key) {
    const [{ GetObjectCommand }, { getSignedUrl }] = await Promise.all([
      import("@aws-sdk/client-s3"),
      import("@aws-sdk/s3-request-presigner"),
    ]);
    const signed = new URL(await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key })));
    return signed.origin + signed.pathname;
  },
});

async function send(client: S3Client, input: PutObjectCommandInput, signal: AbortSignal) {
  const { PutObjectCommand } = await import("@aws-sdk/client-s3");
  return client.send(new PutObjectCommand(input), { abortSignal: signal });
}

/** In parts of 5 MB or more, a few at a time; parts are taken back when it fails. */
async function stream(client: S3Client, params: PutObjectCommandInput, { bytes }: File, signal: AbortSignal) {
  const { Upload } = await import("@aws-sdk/lib-storage");
  const ending = await clientEndingWith(client, signal);
  return new Upload({ client: ending, params: { ...params, ContentLength: bytes }, queueSize: 2 }).done();
}

/** How long S3 has to take the parts of a failed upload back. */
const cleanUpMs = 5_000;

/**
 * The client for one upload, whose requests end with the signal, and after one of them has failed. Left to itself an Upload
 * answers an abort at once but sends on behind it, and stores what it has begun. Two requests run to their end: the one that
 * begins an upload, as its answer names what has to be taken back, and the one that takes it back. Where that fails, the
 * first failure still says more: the bucket's rule for incomplete uploads removes the parts.
 */
async function clientEndingWith(client: S3Client, signal: AbortSignal): Promise<S3Client> {
  const { AbortMultipartUploadCommand, CreateMultipartUploadCommand } = await import("@aws-sdk/client-s3");
  const failed = new AbortController();
  const abortSignal = AbortSignal.any([signal, failed.signal]);
  const send = async (command: Parameters<S3Client["send"]>[0]) => {
    if (command instanceof AbortMultipartUploadCommand) {
      return client.send(command, { abortSignal: AbortSignal.timeout(cleanUpMs) }).catch(() => ({}));
    }
    abortSignal.throwIfAborted();
    try {
      return await client.send(command, command instanceof CreateMultipartUploadCommand ? {} : { abortSignal });
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  return Object.create(client, { send: { value: send } });
}
