import * as z from "zod";
import { longestWaitSeconds } from "../../lambdas/core/operations/api-limits.ts";
import { defaultAuthCacheSeconds } from "../../lambdas/topology.ts";
import { strings, text, whole, YesNo } from "./values.ts";

/** The settings of the HTTP API. */
export const httpApiSettings = {
  /** Who may call the API: bearers of a `key`, or AWS callers whose policies allow it (`iam`, SigV4). */
  auth: z.enum(["key", "iam"], 'must be "key" or "iam"').default("key"),
  /** Seconds for which API Gateway caches the answer to a key: a revoked key may continue to work that long. */
  authCacheSeconds: whole(0, 3600).default(defaultAuthCacheSeconds),
  /** Web pages that may call the API from a browser. Default: none. */
  corsOrigins: strings(
    /^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?)$/,
    'must be origins like https://app.example.com, without a path or a slash at the end, or "*" for any',
  ).optional(),
  /** Requests per second that are accepted; the rest are answered with 429. */
  rateLimit: whole(1, 10_000).default(1000),
  /** Requests in a burst that are accepted beyond that. */
  burstLimit: whole(1, 5000).default(2000),
  /** Megabytes (of 1,048,576 bytes) of the largest file that a caller may upload. */
  largestUploadMb: whole(1, 5120).default(1024),
  /** Instances of the API's function that may run at the same time, reserved from the account's concurrency. Default: no limit. */
  apiConcurrency: whole(1, 10_000).optional(),
  /** Seconds for which an answer waits for a job at most, however long its caller wants to wait. */
  longestHoldSeconds: whole(1, longestWaitSeconds).default(longestWaitSeconds),
  /**
   * How many functions the account runs at a time in this Region: Lambda's quota "Concurrent executions", which no synthesis can look up.
   * A request that waits for a job occupies one of them, and the job needs another. Default: 1,000, as of accounts that are not new.
   */
  accountConcurrency: whole(10, 1_000_000).optional(),
  /** Requests of one key that may wait for jobs at the same time, approximately; 0 for any number. Default: a fifth of what the account runs. */
  waitsPerKey: whole(0, 10_000).optional(),
  /** Whether the API serves the dashboard at `/`. Default: true with `key`, and false with `iam`, where no key opens it. */
  dashboard: YesNo.optional(),
  /** A domain name for the API, in addition to the one that AWS assigns. */
  domainName: text(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
    "must be a name like jobs.example.com",
  ).optional(),
  /** The certificate of that name, in the Region of the deployment. */
  certificateArn: text(
    /^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
    "must be the ARN of an ACM certificate",
  ).optional(),
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
  accountConcurrency: number | undefined;
  waitsPerKey: number;
  dashboard: boolean;
  domain: { name: string; certificateArn: string } | undefined;
}

/** Of ten functions two may wait, and of a thousand two hundred: the others run what they wait for. */
const waitsWithin = (concurrency: number): number => Math.min(10_000, Math.floor(concurrency / 5));

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
  accountConcurrency,
  waitsPerKey = waitsWithin(accountConcurrency ?? 1000),
  dashboard = auth === "key",
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
  accountConcurrency,
  waitsPerKey,
  dashboard,
  domain: domainName && certificateArn ? { name: domainName, certificateArn } : undefined,
});
