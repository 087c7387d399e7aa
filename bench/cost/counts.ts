/** What AWS bills, in its own units. */
export interface Counts {
  /** Calls made by our code, by service and operation: `dynamodb.PutItem`. */
  calls: Record<string, number>;
  /** Write request units, the index counted separately, and read request units. */
  table_write: number;
  index_write: number;
  table_read: number;
  /** SQS requests of any kind, including those of the event source and of the Scheduler. */
  queue_request: number;
  /** Schedules that were created and have fired. */
  schedule: number;
  bus_event: number;
  bucket_put: number;
  bucket_get: number;
  http_request: number;
  /** By function. */
  invocations: Record<string, number>;
  /** Milliseconds that AWS takes to answer a function's calls, one after the other; see `assumptions.ts`. */
  remote_ms: Record<string, number>;
  /** Milliseconds that consumers waited in process for a job's time. */
  held_ms: number;
  /** Bytes of our own log lines. */
  log_bytes: number;
  log_lines: number;
  /** Bytes of API Gateway's access log, which has one line per request. */
  access_log_bytes: number;
}

export const noCounts = (): Counts => ({
  calls: {},
  table_write: 0,
  index_write: 0,
  table_read: 0,
  queue_request: 0,
  schedule: 0,
  bus_event: 0,
  bucket_put: 0,
  bucket_get: 0,
  http_request: 0,
  invocations: {},
  remote_ms: {},
  held_ms: 0,
  log_bytes: 0,
  log_lines: 0,
  access_log_bytes: 0,
});

export function count(what: Record<string, number>, name: string, by = 1): void {
  what[name] = (what[name] ?? 0) + by;
}
