import { TransientError } from "../../core/kernel/errors.ts";

/** A setting that the deployment under way is about to make. Throws a TransientError while it has not. */
export function deployed(setting: string | undefined): string {
  if (setting !== undefined) return setting;
  throw new TransientError("DEPLOYING", "The settings of this function are still those of the version before.");
}
