import * as z from "zod";
import { perEnv } from "../../../core/catalog/per-env.ts";
import { Reference, TextOrReference } from "../../../core/catalog/reference-schema.ts";
import { keyPrefix } from "../../../core/schema/file-name.ts";
import { strict } from "../../../core/schema/schema.ts";

/** Written out, which the deployment can grant exactly, or a parameter, which may differ between accounts. */
const BucketName = TextOrReference.refine((name) => typeof name === "string" || "$parameter" in name, {
  message: "a bucket's name is no secret: it is written out or a parameter(...)",
});

const common = {
  /** What every key starts with: `invoices/2030`. */
  prefix: keyPrefix().optional(),
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
export type StorageTarget = z.input<ReturnType<typeof storageTarget>>;
