import * as z from "zod";
import { fileName, mimeType } from "../../../core/kernel/file-name.ts";
import { jsonPointer, strict } from "../../../core/kernel/schema.ts";
import { oneOf } from "../../../core/kernel/some-of.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { uploadIdPattern } from "../../../core/kernel/uploads.ts";
import { defineJobType } from "../define-job-type.ts";
import { metadataFaults } from "./metadata.ts";
import { longestGeneratedName, objectKey, tooLong } from "./object-key.ts";
import type { StorageTarget } from "./target.ts";

/** What `JSON.stringify` makes of a Node Buffer. */
const BufferJson = strict({ type: z.literal("Buffer"), data: z.array(z.int().min(0).max(255)) });
const orBuffer = "base64, or the JSON of a Buffer";

/** IStorageRequest: a file by value (base64 or a Buffer's JSON), or by the id of an earlier upload. */
export const storageInput = oneOf(
  strict({
    buffer: z.union([z.base64(orBuffer), BufferJson], orBuffer).optional(),
    /** What `POST /v1/uploads` answered. */
    upload_id: z.string().regex(uploadIdPattern, "the upload_id that POST /v1/uploads answered").optional(),
    /** Without it the file is named by the job's id and the content type. */
    fileName: fileName.optional(),
    /** Without it the type is read from the content, then from the name. */
    mimeType: mimeType.optional(),
    /** Kept with the file. Which names and values there may be is up to the provider. */
    metadata: z.record(z.string(), z.string()).optional(),
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
      ...(tooLong(key) ? [isTooLong] : []),
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
