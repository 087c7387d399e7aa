/** One fault of an input: where it is (an RFC 6901 JSON pointer) and what is wrong. It never contains the value itself. */
export interface Fault {
  pointer: string;
  detail: string;
}

/** The base class of all our errors: a stable `code`, a message for the caller, and the cause for the logs. */
export class DuctapeError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/**
 * A refusal that no repetition can change: AWS will never accept this message, item or answer. The caller sets aside what was
 * refused, with this reason, and continues with the rest. The code is the service's own.
 */
export class PermanentError extends DuctapeError {}

/**
 * A refusal that will pass: the service was throttling, failing or out of reach, and the same call may soon succeed. The code
 * is the service's own. Any other error that a port throws means a fault of ours or of the deployment, such as a missing
 * permission.
 */
export class TransientError extends DuctapeError {}

/** A fault of ours that leaves a job behind: it was stored and could not be deleted again, so it may still run. */
export class InternalError extends DuctapeError {
  readonly jobId: string;

  constructor(jobId: string, cause: unknown) {
    super("INTERNAL", "Something went wrong on our side; the job may still run.", { cause });
    this.jobId = jobId;
  }
}

/**
 * What a log line may say about an unknown error: its name, code and stack frames. Not its message, because client libraries
 * quote inputs, statements and URLs there.
 */
export function traceOf(error: unknown): { error_name: string; error_code?: string; frames?: string[] } {
  if (!(error instanceof Error)) return { error_name: typeof error };
  // A client may have taken any of these from an answer.
  const { code, name } = error as { code?: unknown; name: unknown };
  return {
    error_name: typeof name === "string" ? name : typeof name,
    ...(typeof code === "string" && { error_code: code }),
    frames: framesOf(error),
  };
}

/** The frames after the message. A message of several lines may itself contain lines that look like frames. */
function framesOf(error: { name: unknown; message: unknown; stack?: unknown }): string[] {
  const { name, message } = error;
  // The stack is made when it is first read, from texts of the name and the message.
  if (typeof name !== "string" || typeof message !== "string") return [];
  const { stack } = error;
  if (typeof stack !== "string") return [];
  const messageAt = stack.indexOf(message);
  return (messageAt < 0 ? "" : stack.slice(messageAt + message.length))
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}
