import type { Command } from "commander";
import { readDuration, readTime } from "../arguments/read-time.ts";
import { collected, wholeNumber } from "../arguments/read-value.ts";
import { type Act, calling, withApi } from "../context.ts";
import { explain } from "./explain.ts";
import { schedule } from "./schedule.ts";

/** `schedule` and `explain`, which take the same request. */
export function addSchedule(program: Command, act: Act): void {
  withRequest(program.command("schedule").description("schedule a job"))
    .option("--wait", "wait until the job has ended, and show it")
    .option("--max-wait <duration>", "wait no longer than this, such as 5m", readDuration)
    .action(act(calling(schedule)));
  withRequest(program.command("explain").description("show what a request would lead to; nothing is created")).action(
    act(calling(explain)),
  );
}

/** The options that say how often. */
export const withRepeat = (command: Command): Command =>
  command
    .option("--cron <expression>", "repeat by this cron expression of 5 fields, or of 6 with seconds first")
    .option("--every <duration>", "repeat every 90s, 10m, 2h", readDuration)
    .option("--tz <zone>", "the time zone of --cron, such as Europe/Berlin (default: UTC)")
    .option("--runs <count>", "end a repeated job after so many runs", wholeNumber(1));

const withRequest = (command: Command): Command =>
  withApi(
    withRepeat(
      command
        .argument("<event>", "the tag of the event to run")
        .requiredOption("--product <tag>", "the product that has the event")
        .requiredOption("--env <env>", "the env to run it in")
        .option("--input <json>", "the input: JSON, @file, or - for standard input (default: {})")
        .option("--at <time>", "when: +10m, an RFC 3339 time with an offset, or Unix time (default: now)", readTime),
    )
      .option("--expires <time>", "start no attempt after this time", readTime)
      .option("--retries <count>", "how many attempts follow a failed one (default: the event's)", wholeNumber(0))
      .option("--timeout <duration>", "how long one attempt may take (default: the event's)", readDuration)
      .option("--label <label>", "a label to find the job by; may be repeated", collected)
      .option("--priority <seconds>", "seconds of head start in the lines of limits", wholeNumber(-3600, 3600))
      .option("--fairness-key <key>", "jobs of different keys take turns")
      .option("--idempotency-key <key>", "the same request with the same key makes no second job"),
  );
