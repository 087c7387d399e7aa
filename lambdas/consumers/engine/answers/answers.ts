import type { Job } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { claimsIn } from "../../../core/job/kept-session.ts";
import type { Secrets } from "../../../core/ports/secrets.ts";
import type { Around } from "../context.ts";
import { secretPartsOf, textsIn } from "./secret-parts.ts";
import { shownAnswerOf, shownLogOf } from "./shown-answer-of.ts";

/** Around what resolves credentials, so that none of them stays in what a provider has answered, and within what tries other targets. */
export const answers: Around = (execute, running, { event }) => {
  const { job } = running;
  const keeps = event.keep_answers ?? !(event.redact?.length || job.redact?.length);
  // The address at which a person decides is in the input of what asks, and its provider may repeat it.
  if (!keeps || job.approval) return execute;
  return async (execution, within) => {
    const secret = new Set(claimsOf(job));
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
      if (error instanceof JobError && error.answer) running.answer = shownAnswerOf(error.answer, [...secret]);
      else if (error instanceof JobError && error.written) running.answer = shownLogOf(error.written, [...secret]);
      throw error;
    }
  };
};

/** The claims of its session, which no answer, event or log has. */
const claimsOf = ({ session }: Job): string[] =>
  session ? [...claimsIn(session).claims.values()].flatMap(textsIn).filter((text) => text !== "") : [];
