/** What keeps the system from starting and is for its user to mend: printed without a stack. */
export class StartError extends Error {}

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;
