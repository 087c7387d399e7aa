/** How requests that follow each other become one job. Omitted fields come from the event. */
export interface Debounce {
  /**
   * Requests for the same product, env and event with the same key share a job; plain text of 1 to 255 characters.
   * @default what the event's expression yields for the input, else one key for all requests of the event
   * @example `"user-42"`
   */
  key?: string | undefined;
  /**
   * How long after the last request the job starts: milliseconds from 1000, or text with a unit (ms, s, m, h, d).
   * @default the event's; required if it has none
   * @example `"30s"`
   */
  delay?: number | string | undefined;
  /**
   * How long after the first request it starts at the latest, in the same form.
   * @default the event's, else ten times the delay
   * @example `"5m"`
   */
  max_wait?: number | string | undefined;
}

/** Which jobs are alike, so that only one of them is open. Omitted fields come from the event. */
export interface Unique {
  /**
   * Jobs of the same product, env and event with the same key are alike; plain text of 1 to 255 characters.
   * @default what the event's expression yields for the input, else one key for all requests of the event
   * @example `"user-42"`
   */
  key?: string | undefined;
  /**
   * What happens while a job of the key is open: `skip` answers it (`skipped`), `replace` cancels one that waits, and rejects with
   * a ConflictError while it runs, `cancel_running` cancels it even then.
   * @default the event's, else `"skip"`
   * @example `"replace"`
   */
  on_conflict?: "skip" | "replace" | "cancel_running" | undefined;
}
