/** The limits that requests, the catalog and the OpenAPI document share. docs/limits.md lists them. */
export const requestLimits = {
  /** Characters of a product or an env as a request names it; a tag of the catalog has one less. */
  name: 64,
  /** Characters of an event as a request names it, which may be `target:action`. */
  event: 128,
  /** Fields of a request, and of each of its parts but the input. */
  fields: 1000,
  /** Fields of a call's query, params and headers each, and of a flat input. */
  callFields: 10_000,
  retries: 20,
  /** The shortest timeout of an attempt, in milliseconds. */
  leastTimeoutMs: 100,
  labels: 10,
  label: 64,
  /** Characters of the token of a session. */
  sessionToken: 8192,
  fairnessKey: 64,
  /** Characters of a tag under which results are remembered. */
  cacheTag: 128,
  idempotencyKey: 255,
  /** Characters of a key of `debounce` or `unique` in a request. */
  sharedKey: 255,
  /** Characters of a key of a signal, and of the id of a message. */
  signalKey: 256,
  signalId: 128,
  /** Bytes of what a provider delivers to a hook. */
  hookBytes: 1024 * 1024,
  /** Characters of the note on a decision. */
  approvalNote: 500,
  /** Characters of the expression in the catalog that yields a key of a limit, of shared jobs or of a turn. */
  keyExpression: 1000,
  /** The shortest delay of a debounced job, in milliseconds. */
  leastDebounceMs: 1000,
  /** Characters of the reason for a cancellation. */
  reason: 200,
  cursor: 512,
  /** Characters of an error's name in a retry rule, as many as a provider's code has at most. */
  errorName: 64,
  /** Pointers of what an event hides, and characters of one. */
  redact: 50,
  redactPointer: 256,
  /** Fields by which the jobs of an event are found, names of such fields in a product, and characters of a name and of a value. */
  searchFields: 5,
  searchNames: 20,
  searchName: 40,
  searchValue: 256,
  /** Fields, keys and tenants that one search looks in. */
  searchPlaces: 100,
  /** Jobs of a batch, of a page of a list, and of a bulk change. */
  batch: 100,
  page: 100,
  defaultPage: 20,
  /** Products and envs of a list of jobs that names no product: each has its own partitions of the index. */
  listedTenants: 20,
  /** Minutes ahead for which due jobs are counted: a day. */
  minutesAhead: 1440,
} as const;

/** The longest that a step, or a retry by hand, may be put off: 31 days. */
export const longestDelayMs = 31 * 24 * 3_600_000;

/** The longest between two attempts, whether the job or its provider asks for it: a week. */
export const longestRetryDelayMs = 7 * 24 * 3_600_000;
