import type { ProductEvent } from "../../../core/catalog/job-type.ts";
import type { Job } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { claimsIn } from "../../../core/job/kept-session.ts";
import type { Secrets } from "../../../core/ports/secrets.ts";
import type { Around, Running } from "../context.ts";
import { secretPartsOf, textsIn } from "./secret-parts.ts";
import { shownAnswerOf, shownLogOf } from "./shown-answer-of.ts";

/** Around what resolves credentials, so that none of them stays in what a provider has answered, and within what tries other targets. */
export const answers: Around = (execute, running, { event }) => {
  const { job } = running;
  if (!keepsAnswers(job, event)) return execute;
  return async (execution, within) => {
    const secret = new Set(sessionClaims(job));
    const secrets: Secrets = {
      async resolve(reference, options) {
        const value = await execution.secrets.resolve(reference, options);
        for (const part of secretPartsOf(value)) secret.add(part);
        return value;
      },
    };
    delete running.answer;
    try {
      return await execute({ ...execution, secrets }, within);
    } catch (error) {
      noteSaid(running, error, [...secret]);
      throw error;
    }
  };
};

function keepsAnswers(job: Job, { keep_answers, redact }: Pick<ProductEvent, "keep_answers" | "redact">): boolean {
  // The address at which a person decides is in the input of what asks, and its provider may repeat it.
  if (job.approval) return false;
  return keep_answers ?? !(redact?.length || job.redact?.length);
}

/** Notes what a provider has answered to an attempt that fails, or what own code had written by then. */
function noteSaid(running: Running, error: unknown, secrets: readonly string[]): void {
  if (!(error instanceof JobError)) return;
  if (error.answer) running.answer = shownAnswerOf(error.answer, secrets);
  else if (error.written) running.answer = shownLogOf(error.written, secrets);
}

/** The same of an attempt whose end is told later: nothing stands around it. A job whose event the catalog has dropped keeps nothing. */
export function noteSaidLater(running: Running, error: unknown): void {
  const { job, services } = running;
  const found = services.catalog.lookup(job.product, job.event);
  if (found && keepsAnswers(job, found.event)) noteSaid(running, error, sessionClaims(job));
}

/** The claims of its session, which no answer, event or log has. */
const sessionClaims = ({ session }: Job): string[] =>
  session ? [...claimsIn(session).claims.values()].flatMap(textsIn).filter((text) => text !== "") : [];
