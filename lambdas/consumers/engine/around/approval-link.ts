import { withTexts } from "../../../core/job/credential-placeholder.ts";
import { changedError, JobError } from "../../../core/job/job-error.ts";
import { TransientError } from "../../../core/kernel/errors.ts";
import { Finished } from "../../../core/operations/execution.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { type Around, NotStarted } from "../context.ts";

/**
 * Before the attempt begins, since the key of the address may be out of reach for a while. What is sent has the address of the approval
 * where the stored input has a mark. What comes back has the mark again: a reader of results must not be able to decide.
 */
export const linked: Around = (execute, { services, job }) => {
  const asked = job.approval;
  if (!asked) return execute;
  const { mark } = asked;
  return async (execution, within) => {
    const { url, token } = await linkOf(services, asked);
    const quoted = quotesOf(token);
    const hide = <Value>(value: Value) => withTexts(value, (text) => text.replace(quoted, () => mark)) as Value;
    const input = withTexts(execution.input, (text) => text.replaceAll(mark, url)) as Record<string, unknown>;
    try {
      const result = await execute({ ...execution, input }, within);
      return result instanceof Finished ? new Finished(hide(result.result), hide(result.progress)) : hide(result);
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      const { message, progress, thrown } = error;
      if (JSON.stringify([message, progress, thrown]).search(quoted) < 0) throw error;
      throw changedError(error, { message: hide(message), progress: hide(progress), thrown: hide(thrown) });
    }
  };
};

/** As many characters of a token say what it is for. The others are its signature. */
const subjectCharacters = 33;

/** A token in a text, also one that was cut with the text: a reader could guess the rest of a signature. */
const quotesOf = (token: string): RegExp => new RegExp(`${token.slice(0, subjectCharacters)}[\\w-]{0,27}`, "g");

async function linkOf({ linkTo }: ConsumerServices, asked: { id: string; recipient: number }) {
  if (!linkTo)
    throw new JobError(
      "CONFIGURATION_ERROR",
      "The consumer does not know the address of the API, where people decide.",
    );
  try {
    return await linkTo(asked);
  } catch (cause) {
    const isOutage = cause instanceof JobError && cause.code === "SERVICE_UNAVAILABLE";
    // Neither an outage nor a deployment under way may spend an attempt.
    if (!isOutage && !(cause instanceof TransientError)) throw cause;
    const why = "the key of approvals could not be read";
    throw new NotStarted(why, { cause: new TransientError("SECRET_UNREAD", why, { cause }) });
  }
}
