import { type Command, Option } from "commander";
import { jobStatuses } from "../../../../../lambdas/core/kernel/job-status.ts";
import { jobTypes } from "../../../../../lambdas/core/kernel/job-type.ts";
import { readTime } from "../arguments/read-time.ts";
import { type Act, calling, withApi, withPages } from "../context.ts";
import { withRepeat } from "../schedule/commands.ts";

/** `jobs ...`. What each of them does is loaded when it runs. */
export function addJobs(program: Command, act: Act): void {
  const jobs = program.command("jobs").description("show and change jobs");
  withApi(withPages(withFilters(jobs.command("list").description("list jobs, the latest first")))).action(
    act(calling(async (context, options) => (await import("./list.ts")).listJobs(context, options))),
  );
  withApi(jobs.command("get").description("show a job with its attempts and its result").argument("<job_id>"))
    .option("--input", "show its input instead; the key needs jobs:input")
    .action(
      act(calling(async (context, id: string, options) => (await import("./get.ts")).getJob(context, id, options))),
    );
  withApi(
    withPages(jobs.command("runs").description("list the runs of a job, the latest first").argument("<job_id>")),
  ).action(
    act(calling(async (context, id: string, options) => (await import("./runs.ts")).listRuns(context, id, options))),
  );
  withApi(jobs.command("cancel").description("cancel a job that has not ended").argument("<job_id>"))
    .option("--reason <text>", "why; it is shown with the job")
    .action(
      act(
        calling(async (context, id: string, options) => (await import("./change.ts")).cancelJob(context, id, options)),
      ),
    );
  withApi(jobs.command("retry").description("retry a failed job, with all of its retries again").argument("<job_id>"))
    .option("--at <time>", "when: +10m, an RFC 3339 time, or Unix time (default: now)", readTime)
    .action(
      act(
        calling(async (context, id: string, options) => (await import("./change.ts")).retryJob(context, id, options)),
      ),
    );
  withApi(jobs.command("run-now").description("run a job now that waits for its time").argument("<job_id>")).action(
    act(calling(async (context, id: string, options) => (await import("./change.ts")).runJobNow(context, id, options))),
  );
  withApi(
    withRepeat(
      jobs
        .command("reschedule")
        .description("move a job to another time, or give a recurring job another series")
        .argument("<job_id>")
        .option("--at <time>", "when: +10m, an RFC 3339 time, or Unix time; of a new series its start", readTime),
    ),
  ).action(
    act(
      calling(async (context, id: string, options) =>
        (await import("./change.ts")).rescheduleJob(context, id, options),
      ),
    ),
  );
  withApi(
    jobs
      .command("delete")
      .description("delete a job that has ended, with its input, results and runs")
      .argument("<job_id>"),
  ).action(
    act(calling(async (context, id: string, options) => (await import("./change.ts")).deleteJob(context, id, options))),
  );
  withApi(
    jobs.command("tail").description("print what happens to a job until it has ended").argument("<job_id>"),
  ).action(
    act(calling(async (context, id: string, options) => (await import("./tail.ts")).tailJob(context, id, options))),
  );
}

const withFilters = (command: Command): Command =>
  command
    .option("--product <tag>", "only those of this product")
    .option("--env <env>", "only those of this env")
    .option("--event <event>", "only those of this event")
    .option("--status <status>", `${jobStatuses.join(", ")}; several with commas`)
    .option("--type <type>", `${jobTypes.join(", ")}; several with commas`)
    .option("--label <label>", "only those with this label")
    .addOption(new Option("--recurring", "only recurring ones").conflicts("oneTime"))
    .option("--one-time", "only those that run once")
    .option("--from <time>", "from this time: -2h, an RFC 3339 time, or Unix time", readTime)
    .option("--to <time>", "before this time", readTime)
    .addOption(new Option("--order <order>", "the latest or the oldest first").choices(["desc", "asc"]));
