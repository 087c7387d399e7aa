import type * as z from "zod";
import { maxQueueDelaySeconds, type Route, route, schedulerLeadMs } from "../job/route.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { given } from "../schema/given.ts";
import { invalidRequest } from "../schema/parse-body.ts";
import { costOf } from "./cost.ts";
import { fireTimes } from "./fire-times.ts";
import { retryTimetable } from "./retry-timetable.ts";
import type { ExplanationSchema } from "./schemas/explanation.ts";

/** What a request for a job would do. Nothing is created. */
export type Explanation = z.infer<ReturnType<typeof ExplanationSchema>>;

export const mostRuns = 10;

/** Explains an accepted request with the same rules that would schedule it. A pure function. */
export function explain(request: AcceptedRequest, now: number): Explanation {
  if (request.passed) throw invalidRequest(request.passed);
  const { product, env, tag, event, definition, due_at, timeout_ms, retries, retry_policy } = request;
  const { app, repeat, expires_at, labels, debounce, unique } = request;
  const way = route(now, due_at);
  const inputBytes = Buffer.byteLength(JSON.stringify(request.input));
  return {
    valid: true,
    job: {
      product_tag: product.tag,
      env,
      event: tag,
      type: event.type,
      target: { section: definition.section, name: String(event[definition.targetField]) },
      due_at,
      recurring: repeat !== undefined,
      timeout_ms,
      retries,
      retry_policy,
      ...given({ app, repeat, expires_at, labels, debounce, unique }),
      input_bytes: inputBytes,
    },
    route: routeView(way),
    next_runs: fireTimes(due_at, repeat, mostRuns),
    retry_timetable: retryTimetable(retry_policy, retries, timeout_ms),
    estimated_cost: costOf({
      route: way,
      immediate: due_at <= now,
      inputBytes,
      memoryMb: definition.limits.memory_mb,
      sharedKey: (debounce ?? unique) !== undefined,
    }),
    ...given({ notes: request.notes }),
  };
}

function routeView(way: Route): Explanation["route"] {
  const minutes = maxQueueDelaySeconds / 60;
  if (way.via === "queue") {
    const why =
      way.delaySeconds === 0
        ? "It is due now: it goes straight to the queue of its type."
        : `It is due within ${minutes} minutes: SQS hides its message until the second, the consumer waits for the rest.`;
    return { via: "queue", delay_seconds: way.delaySeconds, why };
  }
  const why = `It is due in more than ${minutes} minutes: EventBridge Scheduler, which keeps to the minute, delivers it ${schedulerLeadMs / 1000} s early, and the queue restores the second.`;
  return { via: "scheduler", schedule_at: way.at * 1000, why };
}
