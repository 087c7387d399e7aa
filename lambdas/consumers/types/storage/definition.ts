import * as z from "zod";
import { fileLimits, fileName, mimeType } from "../../../core/kernel/file-name.ts";
import { jsonPointer, strict } from "../../../core/kernel/schema.ts";
import { oneOf } from "../../../core/kernel/some-of.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { uploadIdPattern } from "../../../core/kernel/uploads.ts";
import { defineJobType } from "../define-job-type.ts";
import { metadataFaults } from "./metadata.ts";
import { isKeyTooLong, longestGeneratedName, objectKey } from "./object-key.ts";
import type { StorageTarget } from "./target.ts";

/** What `JSON.stringify` makes of a Node Buffer. */
const BufferJson = strict({ type: z.literal("Buffer"), data: z.array(z.int().min(0).max(255)) });
const orBuffer = "base64, or the JSON of a Buffer";

export const storageInput = oneOf(
  strict({
    buffer: z
      .union([z.base64(orBuffer), BufferJson], orBuffer)
      .optional()
      .meta({
        description: "The content: base64 text, or the JSON of a Buffer. Default: none.",
        examples: ["aGVsbG8="],
      }),
    upload_id: z
      .string()
      .regex(uploadIdPattern, "the upload_id that POST /v1/uploads answered")
      .optional()
      .describe("A file that was uploaded before: the `upload_id` of `POST /v1/uploads`. Default: none."),
    fileName: fileName.optional().meta({
      description: `The name to store it under, 1 to ${fileLimits.name} characters. Default: made of the job's id and the media type.`,
      examples: ["invoices/12345.pdf"],
    }),
    mimeType: mimeType.optional().meta({
      description: "Its media type. Default: read from the content, then from the name.",
      examples: ["application/pdf"],
    }),
    metadata: z
      .record(z.string(), z.string())
      .optional()
      .meta({
        description: "Stored with the file. Which names and values there may be is up to the provider. Default: none.",
        examples: [{ order: "12345" }],
      }),
  }),
  ["buffer", "upload_id"],
);

export type StorageInput = z.infer<typeof storageInput>;

export const storage = defineJobType<StorageTarget>()({
  type: "storage",
  summary: "Store a file.",
  requestName: "IStorageRequest",
  section: "storages",
  targetField: "storage",
  input: storageInput,
  event: () => ({ storage: Tag }),
  eventNames: ({ storage }) => [{ name: storage }],
  isRepeatable: () => true,
  checkInput({ target, env, input }) {
    const place = target.envs[env];
    const key = objectKey(place?.prefix, input.fileName ?? "x".repeat(longestGeneratedName));
    const isTooLong = { pointer: "/input/fileName", detail: "is too long together with the storage's prefix" };
    const ofMetadata = place && input.metadata ? metadataFaults(input.metadata, place.provider) : [];
    return [
      ...(isKeyTooLong(key) ? [isTooLong] : []),
      ...ofMetadata.map(({ name, detail }) => ({
        pointer: jsonPointer(["input", "metadata", ...(name === undefined ? [] : [name])]),
        detail,
      })),
    ];
  },
  example: { event: "store_document", input: { buffer: "aGVsbG8=", fileName: "notes/hello.txt" } },
  defaults: { timeout_ms: 60_000, retries: 3 },
  limits: { max_timeout_ms: 300_000, memory_mb: 512 },
});
