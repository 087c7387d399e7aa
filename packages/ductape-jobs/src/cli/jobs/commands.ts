import { type Command, Option } from "commander";
import { jobStatuses } from "../../../../../lambdas/core/kernel/job-status.ts";
import { jobTypes } from "../../../../../lambdas/core/kernel/job-type.ts";
import { readTime } from "../arguments/read-time.ts";
import { type Act, calling, withApi, withPages } from "../context.ts";
import { showJobCost } from "../costs.ts";
import { withRepeat } from "../schedule/commands.ts";
import { cancelJob, deleteJob, rescheduleJob, retryJob, runJobNow } from "./change.ts";
import { findJobs } from "./find.ts";
import { explainJob, getJob } from "./get.ts";
import { listJobs } from "./list.ts";
import { migrateJob } from "./migrate.ts";
import { listRuns } from "./runs.ts";
import { tailJob } from "./tail.ts";

/** `find`, and `jobs ...`. */
export function addJobs(program: Command, act: Act): void {
  withApi(
    withPages(
      program
        .command("find")
        .description("find jobs by an id, a key of a request, or a value of a field, the latest first")
        .argument("<text>", "to the letter; it stands in no address and no log of the API"),
    ),
  )
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .option("--field <name>", "only by values of this field, as the catalog names it (default: by all, ids and keys)")
    .option("--failed", "only jobs that have failed, the latest failure first")
    .option("--from <time>", "only jobs that were made, or have failed, from then on", readTime)
    .option("--to <time>", "only jobs that were made, or have failed, before", readTime)
    .action(act(calling(findJobs)));
  const jobs = program.command("jobs").description("show and change jobs");
  withApi(withPages(withFilters(jobs.command("list").description("list jobs, the latest first")))).action(
    act(calling(listJobs)),
  );
  withApi(jobs.command("get").description("show a job with its attempts and its result").argument("<job_id>"))
    .option("--input", "show its input instead; the key needs jobs:input")
    .action(act(calling(getJob)));
  withApi(
    jobs.command("why").description("say what a job waits for, and what has come in vain").argument("<job_id>"),
  ).action(act(calling(explainJob)));
  withApi(jobs.command("cost").description("show what a job has used, times list prices").argument("<job_id>")).action(
    act(calling(showJobCost)),
  );
  withApi(
    withPages(jobs.command("runs").description("list the runs of a job, the latest first").argument("<job_id>")),
  ).action(act(calling(listRuns)));
  withApi(jobs.command("cancel").description("cancel a job that has not ended").argument("<job_id>"))
    .option("--reason <text>", "why; it is shown with the job")
    .option("--force", "a feature at once, without undoing its steps, or the rest of them")
    .action(act(calling(cancelJob)));
  withApi(jobs.command("retry").description("retry a failed job, with all of its retries again").argument("<job_id>"))
    .option("--at <time>", "when: +10m, an RFC 3339 time, or Unix time (default: now)", readTime)
    .option("--current", "a feature by the present catalog, and not by the definition that its run keeps")
    .action(act(calling(retryJob)));
  withApi(
    jobs.command("migrate").description("let the run of a feature go on by the present catalog").argument("<job_id>"),
  )
    .option("--dry-run", "change nothing, and show what would become of each step")
    .action(act(calling(migrateJob)));
  withApi(jobs.command("run-now").description("run a job now that waits for its time").argument("<job_id>")).action(
    act(calling(runJobNow)),
  );
  withApi(
    withRepeat(
      jobs
        .command("reschedule")
        .description("move a job to another time, or give a recurring job another series")
        .argument("<job_id>")
        .option("--at <time>", "when: +10m, an RFC 3339 time, or Unix time; of a new series its start", readTime),
    ),
  ).action(act(calling(rescheduleJob)));
  withApi(
    jobs
      .command("delete")
      .description("delete a job that has ended, with its input, results and runs")
      .argument("<job_id>"),
  ).action(act(calling(deleteJob)));
  withApi(
    jobs.command("tail").description("print what happens to a job until it has ended").argument("<job_id>"),
  ).action(act(calling(tailJob)));
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
    .option("--waiting", "only runs of features that wait for a signal or a time")
    .option("--retrying", "only those of which an attempt has failed, and another one is made or waits")
    .option("--from <time>", "from this time: -2h, an RFC 3339 time, or Unix time", readTime)
    .option("--to <time>", "before this time", readTime)
    .addOption(new Option("--order <order>", "the latest or the oldest first").choices(["desc", "asc"]));
