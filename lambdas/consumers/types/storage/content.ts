import type { Readable } from "node:stream";
import { JobError } from "../../../core/job/job-error.ts";
import { uploadKey } from "../../../core/kernel/uploads.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import type { StorageInput } from "./definition.ts";
import { headBytes } from "./mime-type.ts";

/** A file to store: in memory if it came with the request, a stream if it was uploaded. */
export interface Content {
  body: Buffer | Readable;
  bytes: number;
  /** The first bytes. */
  head: Uint8Array;
  /** The content type of its upload. */
  type?: string;
  /** Destroys the stream, with a reason for a reader that is still waiting. Does nothing once the stream has been read. */
  close(reason?: Error): void;
}

export async function contentOf(
  { buffer, upload_id }: StorageInput,
  { blobs, job }: Pick<Execution, "blobs" | "job">,
): Promise<Content> {
  if (upload_id === undefined) return held(decodeBuffer(buffer ?? ""));
  const upload = await blobs.stream(uploadKey(job, upload_id));
  if (!upload) {
    throw new JobError(
      "NOT_FOUND",
      "Nothing was uploaded under this upload_id in this product and env, or it was too long ago: upload the file again.",
    );
  }
  return streamed(upload);
}

/** Decodes base64 or a Buffer's JSON, which the request's schema has checked. */
export const decodeBuffer = (buffer: NonNullable<StorageInput["buffer"]>): Buffer =>
  typeof buffer === "string" ? Buffer.from(buffer, "base64") : Buffer.from(buffer.data);

const held = (body: Buffer): Content => ({
  body,
  bytes: body.byteLength,
  head: body.subarray(0, headBytes),
  close() {},
});

/** Reads the first bytes and puts them back. A file that ends before that is small enough to keep in memory. */
async function streamed(upload: { body: Readable; bytes: number; contentType?: string }): Promise<Content> {
  const { body, bytes, contentType } = upload;
  const chunks: Uint8Array[] = [];
  let read = 0;
  // A reader handles errors of the stream. Between two readers, an error would end the process if there were no listener.
  body.on("error", () => {});
  const about = {
    bytes,
    ...(contentType !== undefined && !isGeneric(contentType) && { type: contentType }),
    close: (reason?: Error) => void body.destroy(reason),
  };
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    read += chunk.byteLength;
    if (read >= headBytes && read < bytes) {
      const head = Buffer.concat(chunks);
      body.unshift(head);
      return { ...about, head: head.subarray(0, headBytes), body };
    }
  }
  return { ...held(Buffer.concat(chunks)), ...about };
}

/** The types that S3 and HTTP clients send when none was given. */
const isGeneric = (type: string): boolean =>
  ["application/octet-stream", "binary/octet-stream", "application/x-www-form-urlencoded"].includes(type);
