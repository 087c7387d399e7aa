import { errorTypeOf } from "../aws/lambda/function-error.ts";
import { fairGroupOf } from "../core/job/job.ts";
import type { Rejection } from "../core/job/job-rejected.ts";
import { TaskToken } from "../core/job/task-token.ts";
import { PermanentError, traceOf } from "../core/kernel/errors.ts";
import type { TaskMessage } from "../core/outbound/task-message.ts";
import type { SendOptions } from "../core/ports/job-queue.ts";
import { type Refused, refusedBy } from "../core/ports/refused.ts";
import type { IntakeServices } from "./services.ts";

/** A rejection, with the request as far as it could be read. */
interface Rejected {
  rejection: Rejection;
  request?: unknown;
}

/**
 * Rejects requests: fails the task of Step Functions that would wait in vain, publishes the rejection and keeps a dead letter.
 * Returns the indexes of those for which one of these failed for now; their messages are redelivered and rejected then.
 */
export async function rejectAll(services: IntakeServices, rejected: readonly Rejected[]): Promise<Set<number>> {
  if (rejected.length === 0) return new Set();
  const { log } = services;
  for (const { rejection } of rejected) {
    const { code, source, message_id, product_tag, env } = rejection.detail;
    log.warn("a message was rejected", { code, source, message_id, product_tag, env });
  }
  const unanswered = await failTasks(services, rejected);
  const answered = [...rejected.entries()].filter(([at]) => !unanswered.some(({ index }) => index === at));
  const notKept = await refusedBy(answered.length, () =>
    services.rejections.reject(answered.map(([, { rejection }]) => rejection)),
  );
  const failed = [
    ...unanswered,
    ...notKept.map(({ index, cause }) => ({ index: answered[index]?.[0] as number, cause })),
  ];
  for (const { index, cause } of failed) {
    const { message_id } = (rejected[index] as Rejected).rejection.detail;
    log.error("a rejection could not be kept; the message will be delivered again", { message_id, ...traceOf(cause) });
  }
  return new Set(failed.map(({ index }) => index));
}

/**
 * Queues a failure for each task that waits for a rejected request. Returns those that failed for now. If the queue refuses one
 * permanently, this is logged and the message is rejected all the same.
 */
async function failTasks({ tasks, log }: IntakeServices, rejected: readonly Rejected[]): Promise<Refused[]> {
  const waiting = [...rejected.entries()].flatMap(([at, { rejection, request }]) => {
    const token = TaskToken.safeParse((request as { task_token?: unknown } | null | undefined)?.task_token).data;
    return token === undefined ? [] : [{ at, entry: rejectionTaskOf(rejection, token) }];
  });
  if (waiting.length === 0) return [];
  const refused = await refusedBy(waiting.length, () => tasks.sendMany(waiting.map(({ entry }) => entry)));
  const failed = refused.map(({ index, cause }) => ({ index: waiting[index]?.at as number, cause }));
  const [never, again] = [true, false].map((is) =>
    failed.filter(({ cause }) => cause instanceof PermanentError === is),
  );
  for (const { index, cause } of never ?? []) {
    const { message_id } = (rejected[index] as Rejected).rejection.detail;
    log.error("the task of a rejected request can never be answered", { message_id, ...traceOf(cause) });
    log.measure("set aside", { values: { set_aside: 1 } });
  }
  return again ?? [];
}

function rejectionTaskOf({ detail }: Rejection, token: string): { message: TaskMessage } & SendOptions {
  const { code, message, errors, job_id, message_id, product_tag, env, source } = detail;
  const cause = JSON.stringify({ code, detail: message, errors });
  return {
    message: {
      v: 1,
      kind: "outcome",
      // Usually there is no job. The id of the message leads to its log line.
      job_id: job_id ?? message_id,
      tokens: [token],
      outcome: { status: "failed", error: errorTypeOf(code), cause },
    },
    delaySeconds: 0,
    group: product_tag !== undefined && env !== undefined ? fairGroupOf({ product: product_tag, env }) : source,
  };
}
