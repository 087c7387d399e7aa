import { randomBytes } from "node:crypto";
import { uploadsPrefix } from "../../topology.ts";

/** The id of an upload: 128 random bits, so that it cannot be guessed. */
export const newUploadId = (): string => `upl_${randomBytes(16).toString("hex")}`;

export const uploadIdPattern = /^upl_[0-9a-f]{32}$/;

/** The object key of an upload. It contains product and env, so that a job finds only the uploads of its own tenant. */
export const uploadKey = ({ product, env }: { product: string; env: string }, uploadId: string): string =>
  `${uploadsPrefix}${product}/${env}/${uploadId}`;

/** The most bytes that S3 accepts in a single PUT. A setting of the deployment lowers this limit. */
export const largestUpload = 5 * 1024 ** 3;
