/** A limit that the attempts of a job pass, and the key for which. */
export interface Gate {
  /** The name of the limit in the catalog. */
  limit: string;
  /** Empty for a limit without keys. Longer and hidden keys are hashes. */
  key: string;
}

/** The start that rates have given to an attempt, which the job's `due_at` was moved to. Times are epoch milliseconds. */
export interface ReservedStart {
  /** Which claim of which attempt reserved (`attemptTurn`): another one reserves anew. */
  turn: string;
  /** The `due_at` that it was moved to. A job that was moved again has no reservation. */
  until: number;
  /** When it was moved. */
  since: number;
  /** The gate that has the latest start. */
  gate: Gate;
  /** The limits whose rates are reserved. */
  limits: string[];
}

/** How often the current attempt was put off. */
export interface Snoozes {
  count: number;
  /** When the first try that was put off had started, epoch milliseconds. */
  since: number;
  /** Those of them that no provider has asked for, as where the catalog has lost the event: how many, and until when the last one was. */
  unasked?: { count: number; until: number };
}

/** How often a provider has put off the current attempt, and since when. Undefined if none has. */
export function askedSnoozes({ snoozes }: { snoozes?: Snoozes }): Pick<Snoozes, "count" | "since"> | undefined {
  if (!snoozes) return undefined;
  const { count, since, unasked = { count: 0, until: since } } = snoozes;
  return count > unasked.count ? { count: count - unasked.count, since: Math.max(since, unasked.until) } : undefined;
}

/** The last wait for a slot that a job has begun. */
export interface NotedWait extends Gate {
  /** Which attempt of which run waits, and since when it was due. */
  run: number;
  attempt: number;
  due_at: number;
  /** When it found no slot, epoch milliseconds. */
  since: number;
}
