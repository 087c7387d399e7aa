import type * as z from "zod";
import { type Access, literally, mayBeAws } from "../../../core/catalog/access.ts";
import type { StoragePlace, StorageTarget } from "./target.ts";

type S3 = Extract<z.input<typeof StoragePlace>, { provider: "s3" }>;

/** Access to the team's S3 buckets. Google's and Azure's storages have their own credentials. */
export const storageAccess = ({ envs }: StorageTarget): Access[] =>
  Object.values(envs).flatMap((place) =>
    place.provider === "s3" && mayBeAws(place.endpoint) ? [bucketAccess(place)] : [],
  );

function bucketAccess({ bucket, prefix, overwrite = "replace" }: S3): Access {
  // A file that is not replaced is read, to see whether an earlier attempt of this job has stored it.
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

/** Keys below the prefix, in the spelling that `objectKey` uses. */
const keysBelow = (prefix: string | undefined): string =>
  prefix === undefined ? "*" : `${literally(prefix.replace(/\/$/, "").normalize("NFC"))}/*`;

const namesOfFiles = "Files below the place's prefix: their names come with the jobs.";

/**
 * A parameter that CloudFormation resolves would make the grant exact, but the deployment would fail until the parameter exists.
 * This way a catalog can be deployed first, and its parameters be created and changed later. The schema requires a prefix.
 */
const anyBucket =
  "The bucket's name is a parameter, which may not exist yet when this is deployed: only buckets of this account, and only keys with the place's prefix. A bucket that is written out in the catalog is granted exactly.";
