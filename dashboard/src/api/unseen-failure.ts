import { DuctapeError } from "../../../sdk/src/errors.ts";

/** What is said of a change that has failed when the dialog that would show why is closed. */
export function unseenFailure(error: unknown): string {
  const [message] = (error instanceof Error ? error.message : String(error)).split("\n");
  const code = error instanceof DuctapeError ? `${error.code}: ` : "";
  return `The change that you asked for last has failed. ${code}${message}`;
}
