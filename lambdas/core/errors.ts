/** One fault of an input: where it is (RFC 6901 JSON pointer) and what is wrong with it. Never holds the value itself. */
export interface Fault {
  pointer: string;
  detail: string;
}

/** The one base class of our errors: a stable `code`, a message for the caller, and the cause for the logs. */
export class DuctapeError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/**
 * A refusal that no repetition changes: AWS will never take this very message, item or answer, whatever stands beside it.
 * Whoever meets one sets aside what was refused, with this reason, and goes on with the rest. The code is the service's own.
 */
export class PermanentError extends DuctapeError {}

/**
 * A refusal that passes: the service was throttled, at fault or out of reach, and the same call may succeed in a moment. The
 * code is the service's own. What a port throws that is neither this nor a PermanentError is a fault of ours or of the
 * deployment, such as a permission that is missing.
 */
export class TransientError extends DuctapeError {}

/** A fault of ours that leaves a job behind: it was stored and could not be taken back, so it may still run. */
export class InternalError extends DuctapeError {
  readonly jobId: string;

  constructor(jobId: string, cause: unknown) {
    super("INTERNAL", "Something went wrong on our side; the job may still run.", { cause });
    this.jobId = jobId;
  }
}

/**
 * What a log line may say of an unknown error: its name, code and stack frames. Not its message, in which clients quote
 * inputs, statements and URLs.
 */
export function traceOf(error: unknown): { error_name: string; error_code?: string; frames?: string[] } {
  if (!(error instanceof Error)) return { error_name: typeof error };
  const { code } = error as { code?: unknown };
  return {
    error_name: error.name,
    ...(typeof code === "string" && { error_code: code }),
    frames: framesOf(error),
  };
}

/** The stack behind the message, which stands in front of it: a message of several lines may have some that look like frames. */
function framesOf({ stack = "", message }: Error): string[] {
  const said = stack.indexOf(message);
  return (said < 0 ? "" : stack.slice(said + message.length))
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}
