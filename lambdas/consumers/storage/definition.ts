import * as z from "zod";
import { Tag } from "../../core/catalog.ts";
import { perEnv } from "../../core/env-config.ts";
import type { Fault } from "../../core/errors.ts";
import { FileName, KeyPrefix, MimeType } from "../../core/file-name.ts";
import type { InputCheck, JobTypeDefinition } from "../../core/job-type.ts";
import { Reference, TextOrReference } from "../../core/references.ts";
import { strict } from "../../core/schema.ts";
import { oneOf } from "../../core/some-of.ts";
import { uploadIdPattern } from "../../core/uploads.ts";
import { objectKey, tooLong } from "./object-key.ts";

/** What `JSON.stringify` makes of a Node Buffer. */
const BufferJson = strict({ type: z.literal("Buffer"), data: z.array(z.int().min(0).max(255)) });

/** IStorageRequest: a file by value (base64 or a Buffer's JSON) or by an upload made before. */
export const StorageInput = oneOf(
  strict({
    buffer: z.union([z.base64("base64, or the JSON of a Buffer"), BufferJson]).optional(),
    /** What `POST /v1/uploads` answered. */
    upload_id: z.string().regex(uploadIdPattern, "the upload_id that POST /v1/uploads answered").optional(),
    fileName: FileName,
    /** Without it the type is read from the content, then from the name. */
    mimeType: MimeType.optional(),
  }),
  ["buffer", "upload_id"],
);
export type StorageInput = z.infer<typeof StorageInput>;

/** Written out, which the deployment can grant exactly, or a parameter, which may differ between accounts. */
const BucketName = TextOrReference.refine((name) => typeof name === "string" || "$parameter" in name, {
  message: "a bucket's name is no secret: it is written out or a parameter(...)",
});

const common = {
  /** What every key starts with: `invoices/2030`. */
  prefix: KeyPrefix.optional(),
  /** What happens to a file of the same key: it is replaced, it is kept and the job succeeds, or the job fails. */
  overwrite: z.enum(["replace", "keep", "error"]).default("replace"),
};

export const Place = z.discriminatedUnion("provider", [
  /** With the consumer's own role. */
  strict({
    provider: z.literal("s3"),
    bucket: BucketName,
    /** Default: the consumer's own. */
    region: z.string().min(1).optional(),
    /** A server that speaks S3, or an emulator of it. */
    endpoint: TextOrReference.optional(),
    ...common,
  }).refine(({ bucket, prefix }) => typeof bucket === "string" || prefix !== undefined, {
    path: ["prefix"],
    message: "a bucket by parameter(...) needs a prefix: it is all that the deployment can narrow the grant to",
  }),
  strict({
    provider: z.literal("gcs"),
    bucket: BucketName,
    /** The service account's JSON key. */
    service_account: Reference,
    /** A private endpoint, or an emulator: one on plain HTTP gets no credentials. */
    endpoint: TextOrReference.optional(),
    ...common,
  }),
  strict({
    provider: z.literal("azure"),
    container: BucketName,
    /** `DefaultEndpointsProtocol=https;AccountName=...`, with an account key or a shared access signature. */
    connection_string: Reference,
    ...common,
  }),
]);
export type Place = z.output<typeof Place>;
export type PlaceOf<Provider extends Place["provider"]> = Extract<Place, { provider: Provider }>;

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
  checkInput: checkStorage,
  defaults: { timeout_ms: 60_000, retries: 3 },
  limits: { max_timeout_ms: 300_000, memory_mb: 512 },
} as const satisfies JobTypeDefinition;

function checkStorage({ target, env, input }: InputCheck): Fault[] {
  const { prefix } = (target as StorageTarget).envs[env] ?? {};
  return tooLong(objectKey(prefix, String(input.fileName)))
    ? [{ pointer: "/input/fileName", detail: "is too long together with the storage's prefix" }]
    : [];
}
