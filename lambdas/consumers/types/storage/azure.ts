import type { BlobServiceClient, RequestPolicyFactory } from "@azure/storage-blob";
import { agents, recentConnectionsOnly } from "../../../aws/client/agents.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { errorNamesOf, errorStatusOf } from "../../clients/fault-table.ts";
import { type Bucket, dispositionOf, unquotedTag } from "./bucket.ts";

/** Names of metadata in Azure must be C# identifiers. */
const runMetadata = "ductape_run";

/** The client of an account; undefined if the string is not a connection string. */
export async function azureClient(connectionString: string): Promise<BlobServiceClient | undefined> {
  const { BlobServiceClient, newPipeline } = await import("@azure/storage-blob");
  try {
    const { url, credential } = BlobServiceClient.fromConnectionString(connectionString);
    // Retries are up to the job's retry policy.
    const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } });
    pipeline.factories.push(ownAgents);
    return new BlobServiceClient(url, pipeline);
  } catch {
    // The error quotes the connection string.
    return undefined;
  }
}

/** One for all clients, so that a client whose credentials were rotated leaves no connection behind. */
const { httpAgent, httpsAgent } = agents(recentConnectionsOnly);

/** No connection from before a freeze is used. The library's own switch for that has no effect since Node.js 19. */
const ownAgents: RequestPolicyFactory = {
  create: (next) => ({
    sendRequest(request) {
      request.agent = request.url.startsWith("https:") ? httpsAgent : httpAgent;
      return next.sendRequest(request);
    },
  }),
};

/** Two blocks of this size are in memory at a time. */
const blockBytes = 8 * 1024 * 1024;

export const azureBucket = (client: BlobServiceClient, container: string): Bucket => ({
  name: container,

  async put({ key, body, mimeType, metadata, run }, onlyNew, signal) {
    const blob = client.getContainerClient(container).getBlockBlobClient(key);
    const options = {
      abortSignal: signal,
      blobHTTPHeaders: {
        blobContentType: mimeType,
        ...defined({ blobContentDisposition: dispositionOf({ mimeType }) }),
      },
      metadata: { ...metadata, [runMetadata]: run },
      ...(onlyNew && { conditions: { ifNoneMatch: "*" } }),
    };
    try {
      const { etag } = Buffer.isBuffer(body)
        ? await blob.uploadData(body, options)
        : await blob.uploadStream(body, blockBytes, 2, options);
      return { etag: unquotedTag(etag) };
    } catch (error) {
      if (onlyNew && (errorStatusOf(error) === 412 || errorNamesOf(error).includes("BlobAlreadyExists")))
        return "exists";
      throw error;
    }
  },

  async find(key, signal) {
    try {
      const blob = client.getContainerClient(container).getBlobClient(key);
      const { etag, contentLength = 0, metadata } = await blob.getProperties({ abortSignal: signal });
      return { etag: unquotedTag(etag), bytes: contentLength, run: metadata?.[runMetadata] };
    } catch (error) {
      if (errorStatusOf(error) === 404) return undefined;
      throw error;
    }
  },

  /** Without its query, which would be the shared access signature of the connection string. */
  async url(key) {
    const { origin, pathname } = new URL(client.getContainerClient(container).getBlobClient(key).url);
    return origin + pathname;
  },
});
