import { DuctapeError } from "../errors.ts";

/** Whether a failure with this code is worth another attempt when neither the executor nor the job says otherwise. */
export const jobErrorCodes = {
  TIMEOUT: true,
  RATE_LIMITED: true,
  SERVICE_UNAVAILABLE: true,
  CONNECTION_ERROR: true,
  CRASHED: true,
  VALIDATION_ERROR: false,
  NOT_FOUND: false,
  UNAUTHORIZED: false,
  FORBIDDEN: false,
  CONFIGURATION_ERROR: false,
  /** The provider's own word decides; an executor passes `retryable` with it. */
  PROVIDER_ERROR: true,
} as const satisfies Record<string, boolean>;

export type JobErrorCode = keyof typeof jobErrorCodes;

/**
 * The failure of an attempt. Executors throw it; anything else they throw becomes a retryable PROVIDER_ERROR.
 * Its message is shown to whoever may read the job: it names what failed, never an input or a credential.
 */
export class JobError extends DuctapeError {
  declare readonly code: JobErrorCode;
  readonly retryable: boolean;
  /** Milliseconds the provider asked us to wait (its Retry-After); a lower bound for the backoff. */
  readonly retryAfterMs: number | undefined;
  /** What the attempt did achieve: kept with the job and handed to the next attempt as `ctx.progress`. */
  readonly progress: unknown;

  constructor(
    code: JobErrorCode,
    message: string,
    options: { retryable?: boolean; retryAfterMs?: number; progress?: unknown; cause?: unknown } = {},
  ) {
    super(code, message, { cause: options.cause });
    this.retryable = options.retryable ?? jobErrorCodes[code];
    this.retryAfterMs = options.retryAfterMs;
    this.progress = options.progress;
  }
}
