import type { Stack } from "aws-cdk-lib/core";
import type * as z from "zod";
import { storage } from "../../lambdas/consumers/types/storage/definition.ts";
import type { Place } from "../../lambdas/consumers/types/storage/target.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { isReference } from "../../lambdas/core/catalog/references.ts";
import { literally, mayBeAws, settingsOf } from "./arn.ts";
import { allow, allowIf, type Capability } from "./capability.ts";

type S3 = Extract<z.input<typeof Place>, { provider: "s3" }>;

/** What the consumer of storage jobs may do in the team's buckets; Google's and Azure's bring their own credentials. */
export const storageGrants = (stack: Stack, products: readonly Product[]): Capability[] =>
  settingsOf<z.input<typeof Place>>(products, storage)
    .filter((place): place is S3 => place.provider === "s3" && mayBeAws(place.endpoint))
    .map((place) => placeGrant(stack, place));

function placeGrant(stack: Stack, { bucket, prefix, overwrite = "replace" }: S3): Capability {
  // A file that is not replaced is looked at, to say whether it is this job's own from an earlier attempt.
  const looks = overwrite === "replace" ? [] : ["s3:GetObject"];
  // Larger files travel in parts, which are taken back when it fails.
  const actions = ["s3:PutObject", "s3:AbortMultipartUpload", ...looks];
  const objects = (name: string) => `arn:${stack.partition}:s3:::${name}/${keysBelow(prefix)}`;
  if (!isReference(bucket)) return allow(actions, [objects(literally(bucket))], namesOfFiles);
  return allowIf({ StringEquals: { "aws:ResourceAccount": stack.account } }, actions, [objects("*")], anyBucket);
}

/** In the spelling that `objectKey` gives keys. */
const keysBelow = (prefix: string | undefined): string =>
  prefix === undefined ? "*" : `${literally(prefix.replace(/\/$/, "").normalize("NFC"))}/*`;

const namesOfFiles = "Files below the place's prefix: their names come with the jobs.";

/**
 * A parameter that CloudFormation resolves would make the bucket exact, and the deployment fail until it exists; this
 * way a catalog deploys first and its parameters may come and change later. The schema asks such a place for a prefix.
 */
const anyBucket =
  "The bucket's name is a parameter, which may not exist yet when this is deployed: only buckets of this account, and only keys with the place's prefix. A bucket that is written out in the catalog is granted exactly.";
