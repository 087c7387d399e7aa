import { errorTypeOf } from "../aws/function-error.ts";
import { traceOf } from "../core/errors.ts";
import { tenantOf } from "../core/job.ts";
import type { Refused, SendOptions } from "../core/ports.ts";
import type { Rejection } from "../core/rejection.ts";
import { TaskToken } from "../core/task.ts";
import type { TaskMessage } from "../core/task-message.ts";
import type { IntakeServices } from "./services.ts";

/** A rejection, and the request that it is of, as far as it could be read. */
export interface Rejected {
  rejection: Rejection;
  request?: unknown;
}

/**
 * Tells of rejections: the task of Step Functions that would wait in vain, the bus, and the dead letters. Answers the
 * places of those that could not be told or kept: their messages come again and are rejected then.
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
  const unkept = await services.rejections.reject(told.map(([, { rejection }]) => rejection));
  const failed = [...untold, ...unkept.map(({ index, cause }) => ({ index: told[index]?.[0] as number, cause }))];
  for (const { index, cause } of failed) {
    const { message_id } = (rejected[index] as Rejected).rejection.detail;
    log.error("a rejection was not kept; the message will be delivered again", { message_id, ...traceOf(cause) });
  }
  return new Set(failed.map(({ index }) => index));
}

async function endTasks({ tasks }: IntakeServices, rejected: readonly Rejected[]): Promise<Refused[]> {
  const waiting = [...rejected.entries()].flatMap(([place, { rejection, request }]) => {
    const token = TaskToken.safeParse((request as { task_token?: unknown } | null | undefined)?.task_token).data;
    return token === undefined ? [] : [{ place, entry: entryOf(rejection, token) }];
  });
  if (waiting.length === 0) return [];
  const refused = await tasks.sendMany(waiting.map(({ entry }) => entry));
  return refused.map(({ index, cause }) => ({ index: waiting[index]?.place as number, cause }));
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
