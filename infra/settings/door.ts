import * as z from "zod";
import { texts, whole } from "./values.ts";

/** The settings of the HTTP API's entrance. */
export const doorSettings = {
  /** Who may ask: bearers of a `key`, or callers of AWS whose policies say so (`iam`, SigV4). */
  auth: z.enum(["key", "iam"], 'must be "key" or "iam"').default("key"),
  /** Seconds that API Gateway remembers the answer to a key: so long a key that was revoked may go on working. */
  authCacheSeconds: whole(0, 3600).default(300),
  /** Web pages that may call the API from a browser. Default: none. */
  corsOrigins: texts(
    /^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?)$/,
    'must be origins like https://app.example.com, without a path or a slash at the end, or "*" for any',
  ).optional(),
  /** Requests a second that are let in; more are answered 429. */
  rateLimit: whole(1, 10_000).default(1000),
  /** Requests at once that are let in beyond that. */
  burstLimit: whole(1, 5000).default(2000),
  /** Megabytes (of 1,048,576 bytes) of a file that is uploaded: what a key may put into the bucket at once. */
  largestUploadMb: whole(1, 5120).default(1024),
  /** The API's own name, besides the one that AWS gives it. */
  domainName: z
    .string()
    .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/, "must be a name like jobs.example.com")
    .optional(),
  /** Its certificate, in the Region of the deployment. */
  certificateArn: z
    .string()
    .regex(/^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, "must be the ARN of a certificate of ACM")
    .optional(),
};

export interface Door {
  auth: "key" | "iam";
  authCacheSeconds: number;
  corsOrigins: readonly string[];
  rateLimit: number;
  burstLimit: number;
  largestUploadMb: number;
  domain: { name: string; certificateArn: string } | undefined;
}

type Parsed = z.output<z.ZodObject<typeof doorSettings>>;

export const doorOf = ({
  auth,
  authCacheSeconds,
  corsOrigins = [],
  rateLimit,
  burstLimit,
  largestUploadMb,
  domainName,
  certificateArn,
}: Parsed): Door => ({
  auth,
  authCacheSeconds,
  corsOrigins,
  rateLimit,
  burstLimit,
  largestUploadMb,
  domain: domainName && certificateArn ? { name: domainName, certificateArn } : undefined,
});
