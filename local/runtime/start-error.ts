/** A fault that keeps the system from starting and that its user can fix: printed without a stack trace. */
export class StartError extends Error {}

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** Turns an error about a port into one that says how to fix it; returns any other error as it is. */
export function portFault(port: number, error: unknown): unknown {
  const remedy = "Start with --port (or PORT) and another port, or 0 for any free one.";
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new StartError(`Port ${port} is in use. ${remedy}`);
    case "EACCES":
      return new StartError(`Port ${port} needs privileges that you do not have. ${remedy}`);
    default:
      return error;
  }
}
