import { errorTypeOf } from "../aws/lambda/function-error.ts";
import { PermanentError, traceOf } from "../core/errors.ts";
import { tenantOf } from "../core/job/job.ts";
import { TaskToken } from "../core/job/task-token.ts";
import { refusedBy } from "../core/operations/refused-by.ts";
import type { Rejection } from "../core/outbound/rejection.ts";
import type { TaskMessage } from "../core/outbound/task-message.ts";
import type { Refused, SendOptions } from "../core/ports/ports.ts";
import type { IntakeServices } from "./services.ts";

/** A rejection, and the request that it is of, as far as it could be read. */
export interface Rejected {
  rejection: Rejection;
  request?: unknown;
}

/**
 * Tells of rejections: the task of Step Functions that would wait in vain, the bus, and the dead letters. Answers the
 * places of those that could not be told or kept for now: their messages come again and are rejected then.
 */
export async function rejectAll(services: IntakeServices, rejected: readonly Rejected[]): Promise<Set<number>> {
  if (rejected.length === 0) return new Set();
  const { log } = services;
  for (const { rejection } of rejected) {
    const { code, source, message_id, product_tag, env } = rejection.detail;
    log.warn("a message was rejected", { code, source, message_id, product_tag, env });
  }
  const untold = await endTasks(services, rejected);
  const told = [...rejected.entries()].filter(([place]) => !untold.some(({ index }) => index === place));
  const unkept = await refusedBy(told.length, () =>
    services.rejections.reject(told.map(([, { rejection }]) => rejection)),
  );
  const failed = [...untold, ...unkept.map(({ index, cause }) => ({ index: told[index]?.[0] as number, cause }))];
  for (const { index, cause } of failed) {
    const { message_id } = (rejected[index] as Rejected).rejection.detail;
    log.error("a rejection was not kept; the message will be delivered again", { message_id, ...traceOf(cause) });
  }
  return new Set(failed.map(({ index }) => index));
}

/** A task that can never be told holds up nothing: the message is rejected all the same, and the log says so. */
async function endTasks({ tasks, log }: IntakeServices, rejected: readonly Rejected[]): Promise<Refused[]> {
  const waiting = [...rejected.entries()].flatMap(([place, { rejection, request }]) => {
    const token = TaskToken.safeParse((request as { task_token?: unknown } | null | undefined)?.task_token).data;
    return token === undefined ? [] : [{ place, entry: entryOf(rejection, token) }];
  });
  if (waiting.length === 0) return [];
  const refused = await refusedBy(waiting.length, () => tasks.sendMany(waiting.map(({ entry }) => entry)));
  const placed = refused.map(({ index, cause }) => ({ index: waiting[index]?.place as number, cause }));
  const [never, again] = [true, false].map((is) =>
    placed.filter(({ cause }) => cause instanceof PermanentError === is),
  );
  for (const { index, cause } of never ?? []) {
    const { message_id } = (rejected[index] as Rejected).rejection.detail;
    log.error("a task can never be told that its request was rejected", { message_id, ...traceOf(cause) });
    log.measure("set aside", { values: { set_aside: 1 } });
  }
  return again ?? [];
}

function entryOf({ detail }: Rejection, token: string): { message: TaskMessage } & SendOptions {
  const { code, message, errors, job_id, message_id, product_tag, env, source } = detail;
  const cause = JSON.stringify({ code, detail: message, errors });
  return {
    message: {
      v: 1,
      kind: "outcome",
      // There is no job; the log says what the message was called.
      job_id: job_id ?? message_id,
      tokens: [token],
      outcome: { status: "failed", error: errorTypeOf(code), cause },
    },
    delaySeconds: 0,
    group: product_tag !== undefined && env !== undefined ? tenantOf({ product: product_tag, env }) : source,
  };
}
