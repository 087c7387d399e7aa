import type { JobErrorCode } from "./answers.ts";
import type { Time } from "./time.ts";

/*
 * The spellings of Ductape's documentation, from 2025 to today. They are sent as they are: the API knows them, and its errors
 * point to the field as it was written. Prefer our own spelling in new code: `product_tag`, `retry_config`, `repeat`.
 */

/** An error code of ours, or one of a provider's own, such as `"CARD_DECLINED"`: it is compared with the failure's `provider_code`. */
export type RetryCode = JobErrorCode | (string & {});

/** Empty: the field exists in Ductape and has no meaning here, and the API refuses any value in it. */
export type Unavailable = Record<string, never> | "" | null;

/** A session's name in the catalog and a token of it, `tag:token`. */
export type SessionText = `${string}:${string}`;

/** The other spellings of a request's fields. */
export interface DuctapeFields {
  /** `product_tag` by the name it has in Ductape today. */
  product?: string | undefined;
  /**
   * `retry_config` as Ductape spells it today.
   * @example `{ initialDelay: 5000 }`
   */
  retryConfig?: DuctapeRetryConfig | undefined;
  /**
   * `start_at` and `repeat` in one object, as in Ductape today.
   * @example `{ cron: "0 9 * * *", tz: "Europe/Berlin" }`
   */
  schedule?: DuctapeSchedule | undefined;
}

/** How attempts are spaced: the fields of `RetryConfig` in Ductape's spelling. */
export interface DuctapeRetryConfig {
  /** Milliseconds before the second attempt. Default: 1000. */
  initialDelay?: number | undefined;
  /** The longest delay in milliseconds. Default: 300,000. */
  maxDelay?: number | undefined;
  /** The factor from each delay to the next one, 1 to 100. Default: 2. */
  backoffMultiplier?: number | undefined;
  /** Whether each delay is random. Default: true. */
  jitter?: boolean | undefined;
  /** The part of each delay that is random, 0 to 1. Default: 1, all of it. */
  jitterPercent?: number | undefined;
  /** The only codes that are retried, as in Ductape; those of `retry_config` are retried besides the default ones. Default: none named. */
  retryableErrors?: RetryCode[] | undefined;
  /** Codes that are never retried. Default: none. */
  nonRetryableErrors?: RetryCode[] | undefined;
}

/** When a job starts and how it recurs. With both `cron` and `every`, `cron` counts. */
export interface DuctapeSchedule {
  /** When to start. Default: now. */
  start_at?: Time | undefined;
  /** A cron expression of 5 fields, or of 6 with seconds first. */
  cron?: string | undefined;
  /** Milliseconds from one run to the next, at least 1000. */
  every?: number | undefined;
  /** The IANA time zone of `cron`. Default: UTC. */
  tz?: string | undefined;
  /** Another name of `tz`. */
  timezone?: string | undefined;
  /** The maximum number of runs. Default: no limit. */
  limit?: number | undefined;
  /** No run is planned after this time; a bare date means the end of that day in `tz`. Default: never. */
  endDate?: Time | undefined;
}

/** `Repeat`'s other spellings. */
export interface DuctapeRepeat {
  /** `end_date` in Ductape's spelling. */
  endDate?: Time | undefined;
  /** `tz` by the name that it has in the schedules of features. */
  timezone?: string | undefined;
}

/** The parts of an action's request as flat fields: `"body:sku"` is `body.sku`. */
export interface PrefixedInput {
  [field: `body:${string}`]: unknown;
  [field: `params:${string}`]: unknown;
  [field: `query:${string}`]: unknown;
  [field: `headers:${string}`]: unknown;
}

/** The other name of a notification's callback. */
export interface DuctapeNotification<Callback> {
  /** `callback` by the name it has in Ductape today. */
  webhook?: Callback | undefined;
}

/** The other name of a message's addresses. */
export interface DuctapeRecipients {
  /**
   * `to` by the name it has in Ductape today.
   * @example `["ada@example.com"]`
   */
  recipients?: string[] | undefined;
}

/** The other name of a database action's filter. */
export interface DuctapeQuery {
  /** `filter` by the name it has in Ductape today. */
  query?: Record<string, unknown> | undefined;
}

/** The other name of a file's content. */
export interface DuctapeBlob<Bytes> {
  /** `buffer` by the name it had in Ductape in early 2025. */
  blob?: Bytes | undefined;
}

/** A new time or series as flat fields, or as `schedule`. */
export interface DuctapeRescheduling extends Omit<DuctapeSchedule, "start_at"> {
  /** `start_at` and `repeat` in one object. */
  schedule?: DuctapeSchedule | undefined;
}
