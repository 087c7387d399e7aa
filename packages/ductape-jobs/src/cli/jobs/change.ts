import { path } from "../api.ts";
import { apiTime } from "../api-time.ts";
import type { WrittenTime } from "../arguments/read-time.ts";
import type { ApiOptions, Context } from "../context.ts";
import { CliError } from "../exit-code.ts";
import { type RequestOptions, repeatOf } from "../schedule/request.ts";
import { clean } from "../terminal/clean.ts";
import { type JobView, jobLines } from "./show-job.ts";

async function change(context: Context, where: string, body?: object, repeatable = false): Promise<void> {
  const job = await context.api.request<JobView>("POST", where, { body, repeatable });
  context.print(job);
  context.say(jobLines(job, context));
}

/** `jobs cancel` */
export const cancelJob = (
  context: Context,
  id: string,
  { reason, force }: ApiOptions & { reason?: string; force?: boolean },
): Promise<void> => {
  const body = reason === undefined && force === undefined ? undefined : { reason, force };
  return change(context, path`/v1/jobs/${id}/cancel`, body, true);
};

/** `jobs retry` */
export async function retryJob(
  context: Context,
  id: string,
  { at, current }: ApiOptions & { at?: WrittenTime; current?: boolean },
): Promise<void> {
  const start_at = await apiTime(context.api, at);
  const body = { ...(start_at !== undefined && { start_at }), ...(current && { definition: "current" }) };
  await change(context, path`/v1/jobs/${id}/retry`, Object.keys(body).length > 0 ? body : undefined);
}

/** `jobs run-now` */
export const runJobNow = (context: Context, id: string, _: ApiOptions): Promise<void> =>
  change(context, path`/v1/jobs/${id}/run-now`);

/** `jobs reschedule` */
export async function rescheduleJob(
  context: Context,
  id: string,
  options: ApiOptions & Pick<RequestOptions, "at" | "cron" | "every" | "tz" | "runs">,
): Promise<void> {
  const repeat = repeatOf(options);
  if (repeat === undefined && options.at === undefined)
    throw new CliError("Use --at for another time, or --cron or --every for another series.");
  const start_at = await apiTime(context.api, options.at);
  await change(context, path`/v1/jobs/${id}/reschedule`, { start_at, repeat });
}

/** `jobs delete` */
export async function deleteJob(context: Context, id: string, _: ApiOptions): Promise<void> {
  await context.api.request("DELETE", path`/v1/jobs/${id}`);
  context.say(clean(`${id} is deleted.`));
}
