import type { Job, Stored } from "../../lambdas/core/job/job.ts";
import { isSame } from "./ledger.ts";
import { secondDay } from "./policies.ts";
import type { Request } from "./requests.ts";

/** The stored value. When a late answer arrives, the job may have been deleted together with its input. */
interface Kept {
  load: (stored: Stored) => unknown;
  isKept: (stored: Stored) => boolean;
}

/** How a new job differs from its request. `latest` is the latest time that "now" can have meant. */
export function differs(job: Job, request: Request, latest: number, kept: Kept): string[] {
  const { load, isKept } = kept;
  const { product_tag, env, event, input, start_at, retries, timeout_ms, expires_at, labels, repeat } = request;
  const right = { product: product_tag, env, event, retries, timeout_ms, expires_at, labels };
  const wrong = Object.entries(right).filter(([field, value]) => !isSame(job[field as keyof Job], value));
  const series = Object.entries(repeat ?? {}).filter(([field, value]) => !isSame(job.repeat?.[field as never], value));
  const isCron = repeat?.cron !== undefined;
  const { offset_ms = 0 } = job.repeat ?? {};
  if (offset_ms < 0 || offset_ms >= (repeat?.spread_ms ?? 1)) wrong.push(["offset_ms", offset_ms]);
  const grid = isCron ? Math.ceil(start_at / 300_000) * 300_000 : start_at;
  const isPutOff = repeat?.except !== undefined && grid < secondDay;
  const planned = grid + offset_ms;
  // A job requested for now, or for a time that has passed meanwhile, is due when its request was read.
  const isAsPlanned = isPutOff
    ? job.due_at >= secondDay && job.due_at < Math.max(secondDay, latest) + 60_000 + offset_ms
    : job.due_at === planned || (job.due_at > start_at && job.due_at <= latest + offset_ms + (isCron ? 300_000 : 0));
  return [
    ...[...wrong, ...series].map(([field]) => field),
    ...((repeat === undefined) === (job.repeat === undefined) ? [] : ["repeat"]),
    ...(isAsPlanned && job.scheduled_at === job.due_at ? [] : ["due_at"]),
    ...(isKept(job.input) && !isSame(load(job.input), input) ? ["input"] : []),
  ];
}
