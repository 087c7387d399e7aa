import type * as z from "zod";
import { type Access, literally, mayBeAws } from "../../../core/catalog/access.ts";
import type { Place, StorageTarget } from "./target.ts";

type S3 = Extract<z.input<typeof Place>, { provider: "s3" }>;

/** What is stored in the team's buckets; Google's and Azure's bring credentials of their own. */
export const storageAccess = ({ envs }: StorageTarget): Access[] =>
  Object.values(envs).flatMap((place) =>
    place.provider === "s3" && mayBeAws(place.endpoint) ? [bucketAccess(place)] : [],
  );

function bucketAccess({ bucket, prefix, overwrite = "replace" }: S3): Access {
  // A file that is not replaced is looked at, to say whether it is this job's own from an earlier attempt.
  const looks = overwrite === "replace" ? [] : ["s3:GetObject"];
  // Larger files are uploaded in parts, which are removed when the upload fails.
  const actions = ["s3:PutObject", "s3:AbortMultipartUpload", ...looks];
  const objects = (name: string) => [
    { service: "s3", region: "", account: "", resource: `${name}/${keysBelow(prefix)}` },
  ];
  return typeof bucket === "string"
    ? { actions, resources: objects(literally(bucket)), reason: namesOfFiles }
    : { actions, resources: objects("*"), ownAccountOnly: true, reason: anyBucket };
}

/** In the spelling that `objectKey` gives keys. */
const keysBelow = (prefix: string | undefined): string =>
  prefix === undefined ? "*" : `${literally(prefix.replace(/\/$/, "").normalize("NFC"))}/*`;

const namesOfFiles = "Files below the place's prefix: their names come with the jobs.";

/**
 * A parameter that CloudFormation resolves would make the bucket exact, but the deployment would fail until it exists. This
 * way a catalog deploys first, and its parameters may come and change later. The schema asks such a place for a prefix.
 */
const anyBucket =
  "The bucket's name is a parameter, which may not exist yet when this is deployed: only buckets of this account, and only keys with the place's prefix. A bucket that is written out in the catalog is granted exactly.";
