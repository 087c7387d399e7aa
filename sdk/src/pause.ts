/** A pause of a product, an env, an event, or a limit or one of its keys. Times are epoch milliseconds. */
export interface Pause {
  /** Always the same for the same product, env, event, limit and key. */
  id: string;
  product_tag: string;
  /** Absent: every env of the product. */
  env?: string;
  /** Absent: every event. */
  event?: string;
  /** Only what passes this limit of the product is held. */
  limit?: string;
  /** Only this key of the limit. Absent: every key. */
  key?: string;
  reason: string;
  /** The id of the API key that asked for it last. */
  by?: string;
  /** `active`: nothing of it starts. `draining`: it has ended, and its jobs start one after the other, at the rate. */
  state: "active" | "draining";
  since: number;
  /** When it ends, or ended, by itself. */
  until?: number;
  ended_at?: number;
  /** How many of the held jobs per second start once it has ended. */
  drain_per_second: number;
  /** How many of them were sent since it ended. */
  released?: number;
}

/** The pause that a job waits for, or that would hold a request. Times are epoch milliseconds. */
export interface PauseReference {
  /** The id of the pause. */
  pause: string;
  reason: string;
  since: number;
  /** When it ends by itself; absent if somebody has to end it. */
  until?: number;
}
