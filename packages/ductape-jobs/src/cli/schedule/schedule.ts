import { randomUUID } from "node:crypto";
import type { JobReceipt } from "ductape-sdk";
import { isFinished } from "ductape-sdk/internal";
import type { Context } from "../context.ts";
import { succeeded } from "../context.ts";
import { CliError, type ExitCode, exitCode } from "../exit-code.ts";
import { watching } from "../jobs/interrupted.ts";
import { type JobView, jobLines } from "../jobs/show-job.ts";
import { waitForEnd } from "../jobs/wait.ts";
import { duration } from "../terminal/time.ts";
import { type RequestOptions, requestOf } from "./request.ts";

interface ScheduleOptions extends RequestOptions {
  wait?: boolean;
  maxWait?: number;
}

/** `schedule` */
export async function schedule(context: Context, event: string, options: ScheduleOptions): Promise<ExitCode> {
  const waits = options.wait === true || options.maxWait !== undefined;
  if (waits && (options.cron ?? options.every) !== undefined)
    throw new CliError("A recurring job does not end by itself: leave out --wait, and follow it with `jobs tail`.");
  const body = await requestOf(context, event, options);
  // With a key, a request whose answer was lost can be sent again.
  const headers = { "idempotency-key": options.idempotencyKey ?? randomUUID() };
  const receipt = await context.api.request<JobReceipt>("POST", "/v1/jobs", { body, headers, repeatable: true });
  if (!waits) {
    context.print(receipt);
    context.say(receiptLines(receipt, context));
    return exitCode.ok;
  }
  if (!context.json) context.io.err.write(`${receiptLines(receipt, context).join("\n")}\n`);
  return watching(context.io, receipt.job_id, () => awaitEnd(context, receipt, options.maxWait));
}

async function awaitEnd(context: Context, receipt: JobReceipt, maxWait: number | undefined): Promise<ExitCode> {
  const job = await waitForEnd(context, receipt, maxWait);
  if (job === undefined) {
    context.io.err.write(`It has not ended within ${duration(maxWait ?? 0)}, and goes on.\n`);
    return exitCode.failed;
  }
  context.print(job);
  context.say(jobLines(job, context));
  return succeeded(job.status === "completed");
}

const fateOf = ({ debounced, skipped }: JobReceipt): string =>
  skipped
    ? "exists already: it has the request's unique key, and nothing was made"
    : debounced
      ? "waits already: the request was added to it"
      : "";

function receiptLines(receipt: JobReceipt | JobView, { when }: Context): string[] {
  const { job_id, status, next_run_at, scheduled_at } = receipt;
  const fate = "debounced" in receipt || "skipped" in receipt ? fateOf(receipt as JobReceipt) : "";
  const at = next_run_at ?? scheduled_at;
  const state = isFinished(receipt) ? status : `${status} for ${when(at)}`;
  const replaced = "replaced" in receipt ? [`It replaces ${receipt.replaced}, which is cancelled.`] : [];
  return [[`${job_id} is ${state}`, fate].filter(Boolean).join("; it "), ...replaced];
}
