import { randomBytes } from "node:crypto";
import { uploadsPrefix } from "../../topology.ts";

/** The id of an upload: 128 random bits, so that nobody guesses another's. */
export const newUploadId = (): string => `upl_${randomBytes(16).toString("hex")}`;

export const uploadIdPattern = /^upl_[0-9a-f]{32}$/;

/** Where an upload lies. Product and env are part of it: a job finds the uploads of its own tenant only. */
export const uploadKey = ({ product, env }: { product: string; env: string }, uploadId: string): string =>
  `${uploadsPrefix}${product}/${env}/${uploadId}`;

/** Bytes: what S3 takes in a single PUT. How much less a deployment takes is a setting. */
export const largestUpload = 5 * 1024 ** 3;
