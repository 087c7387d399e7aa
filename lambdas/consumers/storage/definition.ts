import * as z from "zod";
import { Tag } from "../../core/catalog.ts";
import { perEnv } from "../../core/env-config.ts";
import type { JobTypeDefinition } from "../../core/job-type.ts";
import { Reference, TextOrReference } from "../../core/references.ts";
import { strict } from "../../core/schema.ts";

/** What `JSON.stringify` makes of a Node Buffer. */
const BufferJson = strict({ type: z.literal("Buffer"), data: z.array(z.int().min(0).max(255)) });

/** IStorageRequest: a file by value (base64 or a Buffer's JSON) or by an upload made before. */
export const StorageInput = strict({
  buffer: z.union([z.base64("base64, or the JSON of a Buffer"), BufferJson]).optional(),
  upload_id: z.string().min(1).optional(),
  fileName: z.string().min(1).max(512),
  mimeType: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w.+"-]+)*$/, "a MIME type such as image/png")
    .optional(),
}).refine((input) => (input.buffer === undefined) !== (input.upload_id === undefined), {
  message: "needs either buffer or upload_id",
});
export type StorageInput = z.infer<typeof StorageInput>;

const Place = z.discriminatedUnion("provider", [
  strict({ provider: z.literal("s3"), bucket: z.string().min(3), prefix: z.string().optional() }),
  strict({
    provider: z.literal("gcs"),
    bucket: z.string().min(3),
    prefix: z.string().optional(),
    service_account: Reference,
    endpoint: TextOrReference.optional(),
  }),
  strict({
    provider: z.literal("azure"),
    container: z.string().min(3),
    prefix: z.string().optional(),
    connection_string: Reference,
  }),
]);

export const storageTarget = () => strict({ envs: perEnv(Place) });
export type StorageTarget = z.output<ReturnType<typeof storageTarget>>;

export const storage = {
  type: "storage",
  summary: "Store a file.",
  requestName: "IStorageRequest",
  section: "storages",
  targetField: "storage",
  input: () => StorageInput,
  target: storageTarget,
  eventFields: () => ({ storage: Tag }),
  defaults: { timeout_ms: 60_000, retries: 3 },
  limits: { max_timeout_ms: 300_000, memory_mb: 512 },
} as const satisfies JobTypeDefinition;
