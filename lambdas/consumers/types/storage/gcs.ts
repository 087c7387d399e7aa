import { createPrivateKey } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Storage } from "@google-cloud/storage";
import * as z from "zod";
import { parsedJson } from "../../../core/kernel/parsed-json.ts";
import { errorStatusOf } from "../../clients/fault-table.ts";
import { type Bucket, dispositionOf, runMetadata, unquotedTag } from "./bucket.ts";
import { urlPath } from "./object-key.ts";

/** The fields of a service account's JSON key that are used. */
const ServiceAccount = z.object({
  client_email: z.string().min(3),
  private_key: z.string().refine(canSign),
  project_id: z.string().optional(),
});

function canSign(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}

/** The client of a service account; undefined if the string is not the JSON key of one. */
export async function gcsClient(serviceAccount: string, endpoint: string | undefined): Promise<Storage | undefined> {
  const account = ServiceAccount.safeParse(parsedJson(serviceAccount));
  if (!account.success) return undefined;
  const [{ Storage }, { JWT }] = await Promise.all([import("@google-cloud/storage"), import("google-auth-library")]);
  const { project_id, client_email: email, private_key: key } = account.data;
  const storage = new Storage({
    authClient: new JWT({ email, key, scopes: ["https://www.googleapis.com/auth/devstorage.read_write"] }),
    ...(project_id !== undefined && { projectId: project_id }),
    // Credentials are sent over TLS only.
    ...(endpoint !== undefined && { apiEndpoint: endpoint, useAuthWithCustomEndpoint: endpoint.startsWith("https:") }),
    // Retries are up to the job's retry policy.
    retryOptions: { autoRetry: false },
  });
  // No connection is kept, since it may not survive a freeze. The library's own option has had no effect since Node.js 19.
  storage.interceptors.push({
    request: (request) => ({ uri: "", ...request, headers: closing(request.headers) }),
  });
  return storage;
}

function closing(given: ConstructorParameters<typeof Headers>[0]): Headers {
  const headers = new Headers(given);
  headers.set("connection", "close");
  return headers;
}

export const gcsBucket = (client: Storage, bucket: string): Bucket => ({
  name: bucket,

  async put({ key, body, mimeType, metadata, run }, onlyNew, signal) {
    const object = client.bucket(bucket).file(key);
    const upload = object.createWriteStream({
      // A single request: a resumable upload needs another one first, and a failed job starts over anyway.
      resumable: false,
      contentType: mimeType,
      metadata: {
        contentDisposition: dispositionOf({ mimeType }),
        metadata: { ...metadata, [runMetadata]: run },
      },
      ...(onlyNew && { preconditionOpts: { ifGenerationMatch: 0 } }),
    });
    // The client may fail once more after the pipeline has ended and nothing else listens.
    upload.on("error", () => {});
    try {
      await pipeline(Buffer.isBuffer(body) ? Readable.from([body], { objectMode: false }) : body, upload, { signal });
    } catch (error) {
      if (onlyNew && errorStatusOf(error) === 412) return "exists";
      throw error;
    }
    return { etag: unquotedTag(object.metadata.etag) };
  },

  async find(key) {
    try {
      const [{ etag, size, metadata }] = await client.bucket(bucket).file(key).getMetadata();
      return { etag: unquotedTag(etag), bytes: Number(size), run: metadata?.[runMetadata]?.toString() };
    } catch (error) {
      if (errorStatusOf(error) === 404) return undefined;
      throw error;
    }
  },

  url: async (key) => `${client.apiEndpoint}/${bucket}/${urlPath(key)}`,
});
