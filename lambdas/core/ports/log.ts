import type { Measured } from "../job/measures.ts";

/** Writes metrics. One that cannot be written is lost; nothing waits for it or fails because of it. */
export interface Metrics {
  /** Writes a log line, whatever the log level, from which CloudWatch extracts the values as metrics. */
  measure(message: string, measured: Measured, fields?: Record<string, unknown>): void;
}

/** Structured log lines: identifiers, codes and times, never an input, a result or a secret. */
export interface Log extends Metrics {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
