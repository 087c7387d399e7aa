import { S3Client } from "@aws-sdk/client-s3";
import type { BlobStore } from "../../core/ports/blob-store.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { s3BlobStore } from "../s3/blob-store.ts";
import type { JobsEnv } from "./env.ts";

export const startBlobStore = (env: Pick<JobsEnv, "BUCKET_NAME">): BlobStore =>
  s3BlobStore({ client: new S3Client(clientDefaults), bucket: env.BUCKET_NAME });
