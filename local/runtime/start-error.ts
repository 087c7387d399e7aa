/** What keeps the system from starting and is for its user to mend: printed without a stack. */
export class StartError extends Error {}

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** What kept a server from a port, as something that its user can mend; any other error as it is. */
export function portFault(port: number, error: unknown): unknown {
  const remedy = "Set PORT to another one, or to 0 for any that is free.";
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new StartError(`Port ${port} is in use. ${remedy}`);
    case "EACCES":
      return new StartError(`Port ${port} needs rights that you do not have here. ${remedy}`);
    default:
      return error;
  }
}
