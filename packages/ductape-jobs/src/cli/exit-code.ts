/** What a command exits with. `docs/cli.md` lists them. */
export const exitCode = {
  ok: 0,
  /** The job or the check failed. */
  failed: 1,
  /** The command was not called as it should be. */
  usage: 2,
  /** The API refused the request. */
  refused: 3,
  /** The API was not found, not reached, or could not answer. */
  unreachable: 4,
  /** The user interrupted it, as shells have it: 128 and the number of SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Ends a command with a message for its user, and without a stack trace. */
export class CliError extends Error {
  readonly code: ExitCode;
  constructor(message: string, code: ExitCode = exitCode.usage) {
    super(message);
    this.code = code;
  }
}
