/**
 * A job by the names that it has in Ductape's documentation. They are read-only and not enumerable: JSON, the console, a spread and a
 * comparison show each value once, by our name. Ductape's `input` and `updated_at` throw what to ask instead: answers do not have them.
 */
export interface DuctapeJob {
  /** `job_id`. */
  readonly id: string;
  /** `product_tag`. */
  readonly product: string;
  /** The job's `type`, by the namespace whose `dispatch` makes such jobs. */
  readonly namespace: JobNamespace;
  /** `finished_at`. */
  readonly completed_at?: number;
  /** How many attempts of the current run have been followed by another one: `attempt - 1`. */
  readonly retry_count: number;
  /** The `error` as one text: `TIMEOUT: no answer within 30000 ms`. */
  readonly last_error?: string;
  /** How many runs have completed or failed. */
  readonly execution_count: number;
  /** `repeat.cron`. */
  readonly cron?: string;
  /** `repeat.every`, in milliseconds. */
  readonly every?: number;
  /** `repeat.tz`. */
  readonly tz?: string;
  /** `repeat.limit`. */
  readonly limit?: number;
  /** `repeat.end_date`. */
  readonly end_date?: number;
}

export type JobNamespace = "actions" | "notifications" | "databases" | "functions" | "storage" | "events" | "features";
