import type { DuctapeJob, Job, JobAttempt, JobSummary, RunWait } from "ductape-sdk";
import type { Context } from "../context.ts";
import { clean, cleanLines, jsonText } from "../terminal/clean.ts";
import { statusPaint } from "../terminal/colour.ts";
import { type Column, fields, table } from "../terminal/table.ts";
import { duration, localTime, relative } from "../terminal/time.ts";

/** What the API answers: without the names that the SDK adds. */
export type JobView = Omit<Job, keyof DuctapeJob>;
export type SummaryView = Omit<JobSummary, keyof DuctapeJob>;

export const eventOf = ({ product_tag, env, event }: Pick<JobSummary, "product_tag" | "env" | "event">): string =>
  `${product_tag}/${env} ${event}`;

type Failing = { error?: { code: string; message: string } | undefined; reason?: string | undefined };

/** Why it failed or was cancelled, on one line. */
export const whyOf = ({ error, reason }: Failing): string | undefined =>
  error ? `${error.code}: ${error.message}` : reason;

/** What keeps a job from its start, or a run from going on, on one line. */
export function waitOf(
  { waiting_for, waits }: Pick<JobSummary, "waiting_for" | "waits">,
  context: Context,
): string | undefined {
  if (waiting_for === undefined) return waits?.map((wait) => runWaitOf(wait, context)).join("; ");
  if ("pause" in waiting_for) {
    const end = waiting_for.until === undefined ? "until it is ended" : `until ${context.when(waiting_for.until)}`;
    return `paused ${end}: ${waiting_for.reason}`;
  }
  const place = waiting_for.position === undefined ? "" : `, place ${waiting_for.position}`;
  const key = waiting_for.key === "" ? "" : ` for ${waiting_for.key}`;
  const start = waiting_for.starts_at === undefined ? "" : `, starts about ${context.when(waiting_for.starts_at)}`;
  return `the limit ${waiting_for.limit}${key}${place}${start}`;
}

/** What has become of the steps that were to be undone, or how far that has come. */
function undoOf({ ending, rolled_back }: SummaryView): string | undefined {
  if (ending?.steps !== undefined)
    return `under way since it was ${ending.cause === "failed" ? "failing" : "cancelled"}: ${ending.undone} of ${ending.steps} steps undone`;
  if (ending) return "begins";
  if (!rolled_back) return undefined;
  const { steps, failed } = rolled_back;
  return `${steps - failed} of ${steps} steps undone`;
}

/** What ends a wait. */
function endingOf({ signals, asked }: RunWait): string {
  if (asked) return `the decision of ${asked.join(" or ")}`;
  return (
    signals?.map(({ signal, key }) => (key === undefined ? signal : `${signal} with key ${key}`)).join(" or ") ??
    "a time"
  );
}

const runWaitOf = (wait: RunWait, { when }: Context): string =>
  `${endingOf(wait)}, until ${when(wait.until)} (${wait.step})`;

/** What its run waits for, in a column. */
const awaitedOf = ({ waits }: SummaryView): string | undefined =>
  waits && `waits for ${waits.map(endingOf).join(", ")}`;

const repeatOf = ({ repeat }: SummaryView): string | undefined =>
  repeat?.cron !== undefined
    ? `${repeat.cron} (${repeat.tz ?? "UTC"})`
    : repeat?.every !== undefined
      ? `every ${duration(repeat.every)}`
      : undefined;

/** The time that matters most: when it ended, else when it is due. */
const timeOf = ({ finished_at, due_at }: SummaryView) => finished_at ?? due_at;

/** Its status, or which attempt it waits for after others have failed. */
const stateOf = ({ status, retrying }: SummaryView): string =>
  retrying && status !== "running" ? `retrying ${retrying.attempt}/${retrying.of}` : status;

/** How late it started, and what of that time it was held. */
function latenessText({ lateness }: SummaryView): string | undefined {
  if (!lateness || lateness.total_ms < leastLateMs) return undefined;
  const { total_ms, paused_ms, limits = [], late_ms } = lateness;
  const held = [
    ...(paused_ms === undefined ? [] : [`${duration(paused_ms)} paused`]),
    ...limits.map(({ limit, ms }) => `${duration(ms)} in the line of ${limit}`),
  ];
  return held.length === 0
    ? `${duration(late_ms)} late`
    : `${duration(total_ms)} after its time: ${[...held, `${duration(late_ms)} late`].join(", ")}`;
}

const leastLateMs = 1000;

export function jobColumns({ paint, zone, api }: Context): Column<SummaryView>[] {
  const painted = statusPaint(paint);
  return [
    { title: "JOB", cell: ({ job_id }) => job_id },
    {
      title: "STATUS",
      cell: stateOf,
      paint: (text, { status }) => text.replace(status, painted(status)),
    },
    { title: "EVENT", cell: eventOf, flexible: true, least: 28 },
    { title: "TIME", cell: (job) => localTime(timeOf(job), zone), drop: 1 },
    { title: "", cell: (job) => relative(timeOf(job), api.now()) },
    { title: "TRIES", cell: ({ attempt, run }) => (run > 1 ? `${attempt} of run ${run}` : `${attempt}`), drop: 2 },
    { title: "WHY", cell: (job) => whyOf(job) ?? awaitedOf(job), flexible: true, drop: 3 },
  ];
}

function attemptColumns({ paint, zone }: Context): Column<JobAttempt>[] {
  const painted = statusPaint(paint);
  return [
    { title: "ATTEMPT", cell: ({ attempt }) => String(attempt) },
    { title: "STARTED", cell: ({ started_at }) => localTime(started_at, zone) },
    { title: "LATE", cell: ({ lateness_ms }) => duration(lateness_ms) },
    { title: "TOOK", cell: ({ duration_ms }) => duration(duration_ms) },
    {
      title: "OUTCOME",
      cell: ({ outcome }) => outcome,
      paint: (text, row) => text.replace(row.outcome, painted(row.outcome)),
    },
    { title: "TARGET", cell: ({ target }) => target && clean(targetText(target)), flexible: true },
    { title: "WHY", cell: whyOf, flexible: true },
  ];
}

/** Which target of a fallback or quota ran an attempt, and why none before it. */
const targetText = ({ name, tried = [], left_out = [] }: NonNullable<JobAttempt["target"]>): string =>
  [
    name,
    ...tried.map((one) => `after ${one.name}: ${one.code}`),
    ...left_out.map((one) => `without ${one}, which had just failed`),
  ].join(", ");

/** The definition that its run keeps, and how old that is. */
const definitionOf = ({ definition }: JobView): string | undefined =>
  definition && `${definition.id}${definition.current ? "" : `, ${behindOf(definition)}`}`;

const behindOf = ({ behind }: { behind: number }): string =>
  behind === 0 ? "not the present one" : `${behind} ${behind === 1 ? "version" : "versions"} behind`;

/** Who made or changed it. A step says of what it is a part. */
export function actorOf(actor: JobView["made_by"]): string | undefined {
  switch (actor?.kind) {
    case undefined:
    case "parent":
      return undefined;
    case "key":
      return actor.id === "deployed" ? "the key of the deployment" : `the key ${actor.name ?? actor.id}`;
    case "identity":
      return `the IAM identity ${actor.id}`;
    case "service":
      return `a request by ${actor.name}`;
    case "schedule":
      return actor.name === undefined ? "the catalog" : `the schedule ${actor.name}`;
  }
}

/** Why the run of a feature in code cannot go on, and what mends that. */
function parkedOf({ parked }: JobView): string | undefined {
  if (!parked) return undefined;
  const { code, at, message, advice = "" } = parked;
  return `${code}${at === undefined ? "" : ` (${at})`}: ${message} ${advice}`.trimEnd();
}

const changedWords: Record<NonNullable<JobView["by"]>["change"], string> = {
  cancel: "cancelled",
  pause: "paused",
  resume: "resumed",
  reschedule: "rescheduled",
  retry: "retried",
  run_now: "run at once",
  skip_next: "moved to the run after the next",
  migrate: "moved to the present definition",
  replace: "replaced",
};

/** A job for people: its state, its attempts, and its result as JSON. */
export function jobLines(job: JobView, context: Context): string[] {
  const { when, paint, columns } = context;
  const isOver = job.finished_at !== undefined;
  return [
    `${job.job_id}  ${statusPaint(paint)(job.status)}`,
    ...fields([
      ["event", clean(`${eventOf(job)} (${job.type})`)],
      ["schedule", job.schedule],
      ["planned", when(job.scheduled_at)],
      ["due", isOver || job.due_at === job.scheduled_at ? undefined : when(job.due_at)],
      ["repeats", repeatOf(job)],
      ["next run", when(job.next_run_at)],
      ["run", job.run > 1 ? String(job.run) : undefined],
      ["attempt", `${job.attempt} of ${job.most_attempts ?? job.retries + 1}`],
      ["started", when(job.started_at)],
      ["lateness", latenessText(job)],
      ["finished", when(job.finished_at)],
      ["expires", isOver ? undefined : when(job.expires_at)],
      ["waits for", clean(waitOf(job, context) ?? "")],
      ["parked", clean(parkedOf(job) ?? "")],
      ["definition", definitionOf(job)],
      ["labels", clean(job.labels?.join(", ") ?? "")],
      ["made by", clean(actorOf(job.made_by) ?? "")],
      ["changed", job.by && clean(`${changedWords[job.by.change]} by ${actorOf(job.by)}, ${when(job.by.at)}`)],
      ["part of", job.parent && `${job.parent.job_id}, ${job.parent.undo ? "undo of " : ""}step ${job.parent.step}`],
      ["undo", undoOf(job)],
      ["trace", job.trace_id],
      ["why", clean(whyOf(job) ?? "")],
    ]),
    ...(job.attempts.length > 0 ? table(attemptColumns(context), job.attempts, columns) : []),
    ...thrownLines(job.attempts.at(-1)),
    ...logLines(job.attempts.findLast(({ log }) => log !== undefined)),
    ...answerLines(job.attempts.findLast(({ answer }) => answer !== undefined)),
    ...resultLines(job),
  ];
}

/** What a function of the product's own code has thrown in its latest attempt, for keys that may see inputs. */
function thrownLines({ thrown }: Pick<JobAttempt, "thrown"> = {}): string[] {
  if (!thrown) return [];
  const { name, message, stack = "" } = thrown;
  const frames = stack === "" ? [] : stack.split("\n").map((frame) => `  ${frame}`);
  return ["thrown:", cleanLines([`${name}: ${message}`, ...frames].join("\n"))];
}

/** What the product's own code has written last, for keys that may see inputs. */
function logLines({ attempt, log }: Partial<JobAttempt> = {}): string[] {
  if (!log) return [];
  return [`log of attempt ${attempt}${log.cut ? ", the last lines" : ""}:`, cleanLines(log.text)];
}

/** What the provider has answered last, for keys that may see inputs. */
function answerLines({ attempt, answer }: Partial<JobAttempt> = {}): string[] {
  if (!answer) return [];
  const { status, body, body_encoding, cut } = answer;
  const notes = [`attempt ${attempt}`, body_encoding && "in base64", cut && "cut"].filter(Boolean).join(", ");
  return [
    `the provider answered ${status} (${notes})${body === "" ? "" : ":"}`,
    ...(body === "" ? [] : [cleanLines(body)]),
  ];
}

export function resultLines(job: Pick<JobView, "result" | "result_url" | "result_bytes">): string[] {
  if (job.result !== undefined && job.result !== null) return ["result:", cleanLines(jsonText(job.result, 2))];
  if (job.result_url !== undefined)
    return ["result (too large to show; the link is good for an hour):", job.result_url];
  return job.result_bytes === undefined ? [] : [`result: ${job.result_bytes} bytes, parts of which the event hides`];
}
