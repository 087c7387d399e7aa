import type { PutObjectCommandInput, S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { clientPerPlace, clientSettings } from "../../clients/aws/regional-clients.ts";
import { errorStatusOf } from "../../clients/fault-table.ts";
import { type Bucket, dispositionOf, type File, runMetadata, unquotedTag } from "./bucket.ts";

export interface S3Place {
  bucket: string;
  region: string | undefined;
  endpoint: string | undefined;
}

/** S3 buckets, accessed with the consumer's own role. */
export function s3Buckets(settings: S3ClientConfig = {}): (place: S3Place) => Promise<Bucket> {
  const clients = clientPerPlace((region: string | undefined, endpoint: string | undefined) =>
    makeClient(settings, region, endpoint),
  );
  return async ({ bucket, region, endpoint }) => s3Bucket(await clients(region, endpoint), bucket);
}

/** A client without a request timeout, because parts are large, and the job has its own timeout. */
async function makeClient(settings: S3ClientConfig, region: string | undefined, endpoint: string | undefined) {
  const { S3Client } = await import("@aws-sdk/client-s3");
  return new S3Client({
    ...clientSettings({ region, endpoint }),
    // Buckets in the host name would need DNS names for the endpoint.
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
      ContentDisposition: dispositionOf(file),
      Metadata: { ...file.metadata, [runMetadata]: file.run },
      ...(onlyNew && { IfNoneMatch: "*" }),
    };
    try {
      const { ETag } = await (Buffer.isBuffer(file.body)
        ? putObject(client, input, signal)
        : stream(client, input, file, signal));
      return { etag: unquotedTag(ETag) };
    } catch (error) {
      if (onlyNew && errorStatusOf(error) === 412) return "exists";
      throw error;
    }
  },

  async find(key, signal) {
    const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
    try {
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
      return { etag: unquotedTag(head.ETag), bytes: head.ContentLength ?? 0, run: head.Metadata?.[runMetadata] };
    } catch (error) {
      if (errorStatusOf(error) === 404) return undefined;
      throw error;
    }
  },

  /** Signed by the client, which knows endpoints, partitions and bucket styles, and then stripped of the signature. */
  async url(key) {
    const [{ GetObjectCommand }, { getSignedUrl }] = await Promise.all([
      import("@aws-sdk/client-s3"),
      import("@aws-sdk/s3-request-presigner"),
    ]);
    const signed = new URL(await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key })));
    return signed.origin + signed.pathname;
  },
});

async function putObject(client: S3Client, input: PutObjectCommandInput, signal: AbortSignal) {
  const { PutObjectCommand } = await import("@aws-sdk/client-s3");
  return client.send(new PutObjectCommand(input), { abortSignal: signal });
}

/** Uploads in parts of 5 MB or more, a few at a time. If it fails, the parts are removed. */
async function stream(client: S3Client, params: PutObjectCommandInput, { bytes }: File, signal: AbortSignal) {
  const { Upload } = await import("@aws-sdk/lib-storage");
  const ending = await clientEndingWith(client, signal);
  return new Upload({ client: ending, params: { ...params, ContentLength: bytes }, queueSize: 2 }).done();
}

/** How long S3 has to remove the parts of a failed upload. */
const cleanUpMs = 5_000;

/**
 * A client for one upload, which aborts all requests when the signal aborts or one of them fails. Without it, an Upload rejects at
 * once on an abort, but keeps sending in the background and stores the file. Two requests are not aborted: the one that begins the
 * upload, because its response names what has to be removed, and the one that removes it. If the removal fails, its error is
 * ignored: the first failure says more, and the bucket's rule for incomplete uploads removes the parts.
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
