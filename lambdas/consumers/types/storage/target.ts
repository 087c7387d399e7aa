import * as z from "zod";
import { perEnv } from "../../../core/catalog/per-env.ts";
import { Reference, TextOrReference } from "../../../core/catalog/reference-schema.ts";
import { keyPrefix } from "../../../core/kernel/file-name.ts";
import { strict } from "../../../core/kernel/schema.ts";

/** A name that is written out, which the deployment can grant exactly, or a parameter, which may differ between accounts. */
const BucketName = TextOrReference.refine((name) => typeof name === "string" || "$parameter" in name, {
  message: "a bucket's name is not a secret: write it out, or use parameter(...)",
});

const common = {
  /** What every key starts with: `invoices/2030`. */
  prefix: keyPrefix.optional(),
  /** What happens if a file of the same key exists: it is replaced, or it is kept and the job succeeds, or the job fails. */
  overwrite: z.enum(["replace", "keep", "error"]).default("replace"),
};

export const StoragePlace = z.discriminatedUnion("provider", [
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
    message:
      "a bucket named by parameter(...) needs a prefix, because the deployment cannot narrow the grant to the bucket",
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
export type StoragePlace = z.output<typeof StoragePlace>;

export const storageTarget = () => strict({ envs: perEnv(StoragePlace) });
export type StorageTarget = z.input<ReturnType<typeof storageTarget>>;
