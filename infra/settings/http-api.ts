import * as z from "zod";
import { longestWaitSeconds } from "../../lambdas/core/operations/api-limits.ts";
import { texts, whole } from "./values.ts";

/** The settings of the HTTP API's entrance. */
export const httpApiSettings = {
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
  /** Functions of the API that run at a time, taken from what the account has and kept for it. Default: as many as there are. */
  apiConcurrency: whole(1, 10_000).optional(),
  /** Seconds that an answer is held back for a job, however long its caller wants to wait. */
  longestHoldSeconds: whole(1, longestWaitSeconds).default(longestWaitSeconds),
  /** Requests of one key that wait for jobs at a time, about; 0 for any number. */
  waitsPerKey: whole(0, 10_000).default(200),
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

export interface HttpApiSettings {
  auth: "key" | "iam";
  authCacheSeconds: number;
  corsOrigins: readonly string[];
  rateLimit: number;
  burstLimit: number;
  largestUploadMb: number;
  apiConcurrency: number | undefined;
  longestHoldSeconds: number;
  waitsPerKey: number;
  domain: { name: string; certificateArn: string } | undefined;
}

type Parsed = z.output<z.ZodObject<typeof httpApiSettings>>;

export const httpApiSettingsOf = ({
  auth,
  authCacheSeconds,
  corsOrigins = [],
  rateLimit,
  burstLimit,
  largestUploadMb,
  apiConcurrency,
  longestHoldSeconds,
  waitsPerKey,
  domainName,
  certificateArn,
}: Parsed): HttpApiSettings => ({
  auth,
  authCacheSeconds,
  corsOrigins,
  rateLimit,
  burstLimit,
  largestUploadMb,
  apiConcurrency,
  longestHoldSeconds,
  waitsPerKey,
  domain: domainName && certificateArn ? { name: domainName, certificateArn } : undefined,
});
