/** What a provider has answered to a failed request, as it came: it may repeat the request, with its input and its credentials. */
export interface ProviderAnswer {
  status: number;
  headers: readonly (readonly [name: string, value: string])[];
  /** The beginning of the body. */
  body: Buffer;
  /** There is more of it. */
  isCut: boolean;
  /** Credentials that were sent beside those that the attempt has resolved, such as tokens. */
  credentials: readonly string[];
}

/** What is kept of it, without credentials. */
export interface ShownAnswer {
  status: number;
  headers: Record<string, string>;
  /** At most 4 KB, as text, or in base64 if it is none. */
  body: string;
  body_encoding?: "base64";
  /** There was more of it. */
  cut?: true;
  /** It is no answer, but the last that own code has written to its log: `body`, with the status 0. */
  log?: true;
}

/** The answer to a failed attempt, with the job that it belongs to. */
export interface KeptAnswer extends ShownAnswer {
  job_id: string;
  /** When the job was created: a repeated idempotency key may give its id to another one. Epoch milliseconds, as all times here. */
  created_at: number;
  run: number;
  attempt: number;
  at: number;
}
