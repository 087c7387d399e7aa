import { apiTime } from "../api-time.ts";
import type { WrittenTime } from "../arguments/read-time.ts";
import { readInput } from "../arguments/read-value.ts";
import type { ApiOptions, Context } from "../context.ts";
import { CliError } from "../exit-code.ts";

/** The options of `schedule` and `explain` that say what is requested. */
export interface RequestOptions extends ApiOptions {
  product: string;
  env: string;
  input?: string;
  at?: WrittenTime;
  cron?: string;
  every?: number;
  tz?: string;
  runs?: number;
  retries?: number;
  timeout?: number;
  expires?: WrittenTime;
  label?: string[];
  fairnessKey?: string;
  priority?: number;
  idempotencyKey?: string;
}

/** The body of the request for a job. What is left out is for the API to fill in. */
export async function requestOf(context: Context, event: string, options: RequestOptions): Promise<object> {
  const { product: product_tag, env, retries, priority } = options;
  const repeat = repeatOf(options);
  const input = options.input === undefined ? {} : await readInput(options.input, context.io);
  const start_at = await apiTime(context.api, options.at);
  const expires_at = await apiTime(context.api, options.expires);
  return {
    product_tag,
    env,
    event,
    input,
    start_at,
    repeat,
    retries,
    timeout_ms: options.timeout,
    expires_at,
    labels: options.label,
    priority,
    fairness_key: options.fairnessKey,
  };
}

/** The series that the options ask for, if they ask for one. */
export function repeatOf({
  cron,
  every,
  tz,
  runs,
}: Pick<RequestOptions, "cron" | "every" | "tz" | "runs">): object | undefined {
  if (cron === undefined && every === undefined) {
    if (tz !== undefined) throw new CliError("--tz is the time zone of --cron.");
    if (runs !== undefined) throw new CliError("--runs counts the runs of a job with --cron or --every.");
    return undefined;
  }
  if (cron !== undefined && every !== undefined) throw new CliError("Use either --cron or --every.");
  return { cron, every, tz, limit: runs };
}
