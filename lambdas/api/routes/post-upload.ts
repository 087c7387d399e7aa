import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { fileName, mimeType } from "../../core/kernel/file-name.ts";
import { parseBody } from "../../core/kernel/parse-body.ts";
import { invalidRequest } from "../../core/kernel/request-error.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { strict } from "../../core/kernel/schema.ts";
import { largestUpload, newUploadId, uploadKey } from "../../core/kernel/uploads.ts";
import type { ApiServices } from "../../core/operations/services.ts";

/** The request for an upload URL. */
const UploadRequest = strict({
  product_tag: z.string().min(1).max(requestLimits.name),
  env: z.string().min(1).max(requestLimits.name),
  fileName: fileName
    .optional()
    .describe(
      "The name that the job will give. Optional: it is only checked, so that an invalid name is refused before the upload.",
    ),
  size: z
    .int()
    .min(0)
    .max(largestUpload)
    .describe(
      "The size in bytes. The URL accepts a file of exactly this size. Each deployment has its own limit, 1 GiB by default.",
    ),
  mimeType: mimeType
    .optional()
    .describe(
      "The media type to store the file with, unless the job gives another. The PUT must then send it as its Content-Type.",
    ),
});

const UploadSchema = () =>
  z.object({
    upload_id: z.string(),
    url: z.string(),
    method: z.literal("PUT"),
    headers: z.record(z.string(), z.string()).describe("The headers that the PUT must send."),
    expires_at: z.int().describe("When the URL expires. Epoch milliseconds."),
  });

/** How long the URL is valid. The lifecycle rule of the bucket says how long the file itself is kept. */
export const uploadUrlSeconds = 3600;

/** Creates an upload URL for a file that is too large for a request. Answers 201 with the URL and the `upload_id` for a storage job. */
export async function handle(
  { blobs, catalog, clock, limits }: ApiServices,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { product_tag, env } = (request.body ?? {}) as Record<string, unknown>;
  requireScope(request.scopes, "jobs:write", { product: product_tag, env });
  const asked = parseBody(UploadRequest, request.body);
  catalog.tenant(asked.product_tag, asked.env);
  if (asked.size > limits.uploadBytes) {
    throw invalidRequest([{ pointer: "/size", detail: `must be at most ${limits.uploadBytes} in this deployment` }]);
  }
  const uploadId = newUploadId();
  const key = uploadKey({ product: asked.product_tag, env: asked.env }, uploadId);
  const { url, headers } = await blobs.uploadUrl(key, uploadUrlSeconds, {
    ...(asked.mimeType !== undefined && { contentType: asked.mimeType }),
    bytes: asked.size,
  });
  const expires_at = clock.now() + uploadUrlSeconds * 1000;
  return { status: 201, body: { upload_id: uploadId, url, method: "PUT", headers, expires_at } };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Create a URL for uploading a file",
  description:
    "For files that are too large for a request. PUT the file to `url` with `headers`, then schedule a storage job with `upload_id`. The URL accepts one file: S3 answers a second PUT with 412.",
  body: {
    schema: UploadRequest,
    examples: {
      photo: { product_tag: "my-product", env: "prd", fileName: "photo.png", size: 48_213, mimeType: "image/png" },
    },
  },
  answers: { 201: { description: "Where and how to PUT the file.", schema: UploadSchema() } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
});
