import { DuctapeError } from "../kernel/errors.ts";
import type { Thrown, Written } from "./code-messages.ts";
import type { ProviderAnswer } from "./provider-answer.ts";
import { providerCodeOf } from "./provider-code.ts";

/** Whether a failure with this code is retried, unless the executor or the job says otherwise. */
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
  /** The provider decides: the executor passes `retryable` with the error. */
  PROVIDER_ERROR: true,
} as const satisfies Record<string, boolean>;

export type JobErrorCode = keyof typeof jobErrorCodes;

/**
 * The failure of an attempt. Executors throw it; anything else they throw becomes a retryable PROVIDER_ERROR.
 * Everybody who may read the job sees its message, which names what failed and never an input or a credential.
 */
export class JobError extends DuctapeError {
  declare readonly code: JobErrorCode;
  readonly retryable: boolean;
  /** The provider's Retry-After, in milliseconds: a lower bound of the backoff. */
  readonly retryAfterMs: number | undefined;
  /** The provider's own code, such as `40P01` or `card_declined`. What does not have the form of a code is dropped. */
  readonly providerCode: string | undefined;
  /** What the attempt achieved: kept with the job, and the `progress` of the next attempt's execution. */
  readonly progress: unknown;
  /**
   * Whether the failure proves that nothing was done of what was asked, so that another provider may be asked at once. No code proves
   * that: it is true only if the place that made the error says so. docs/catalog/nothing-done.md lists which do.
   */
  readonly nothingDone: boolean;
  /** What a team's own code has thrown, in its own words: kept with the attempt, for those who may see inputs. */
  readonly thrown: Thrown | undefined;
  /** What the provider has answered, as it came: no log or message may have it. */
  readonly answer: ProviderAnswer | undefined;
  /** What a team's own code had written to its log by then: kept with the attempt as answers are. */
  readonly written: Written | undefined;

  constructor(
    code: JobErrorCode,
    message: string,
    options: {
      retryable?: boolean;
      retryAfterMs?: number;
      providerCode?: string | undefined;
      progress?: unknown;
      nothingDone?: boolean | undefined;
      thrown?: Thrown | undefined;
      answer?: ProviderAnswer | undefined;
      written?: Written | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(code, message, { cause: options.cause });
    this.retryable = options.retryable ?? jobErrorCodes[code];
    this.retryAfterMs = options.retryAfterMs;
    this.providerCode = providerCodeOf(options.providerCode);
    this.progress = options.progress;
    this.nothingDone = options.nothingDone ?? false;
    this.thrown = options.thrown;
    this.answer = options.answer;
    this.written = options.written;
  }
}

/** The same failure with other properties. */
export const changedError = (
  {
    code,
    message,
    retryable,
    retryAfterMs,
    providerCode,
    progress,
    nothingDone,
    thrown,
    answer,
    written,
    cause,
  }: JobError,
  change: {
    message?: string;
    retryable?: boolean;
    nothingDone?: boolean;
    progress?: unknown;
    thrown?: Thrown | undefined;
  },
): JobError =>
  new JobError(code, change.message ?? message, {
    ...{ retryable, providerCode, progress, nothingDone, thrown, answer, written, cause, ...change },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });

/** A failure that came before anything was sent, or after which nothing of it is left. What is not a JobError stays unchanged. */
export const provenUndone = (error: unknown): unknown =>
  error instanceof JobError ? changedError(error, { nothingDone: true }) : error;

/** The catalog has lost what a job needs, such as its event. Nothing of the job is done yet, and another deployment can bring it back. */
export class MissingInCatalog extends JobError {
  constructor(message: string) {
    super("CONFIGURATION_ERROR", message);
  }
}

/** A failure that no attempt mends, with the place of what is at fault. */
export function placed(error: JobError, place: string): JobError {
  const text = `${place}: ${error.message}`;
  if (error instanceof MissingInCatalog) return new MissingInCatalog(text);
  return new JobError(error.code, text, { retryable: false });
}
