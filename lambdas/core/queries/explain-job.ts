import type * as z from "zod";
import type { FoundEvent } from "../catalog/catalog.ts";
import { lostVariables } from "../expressions/evaluate.ts";
import { isWaiting, type Job } from "../job/job.ts";
import { type AwaitedSignal, runSince } from "../job/run-wait.ts";
import type { Signal, SignalAddress } from "../job/signal.ts";
import { isParked } from "../job/transitions.ts";
import { defined } from "../kernel/defined.ts";
import type { Fields } from "../kernel/fields.ts";
import { eventOfJob, isInCatalog, lossOfEvent } from "../operations/kept-event.ts";
import type { Services } from "../operations/services.ts";
import { fitsSignal } from "../requests/signal-request.ts";
import { codeProgressOf } from "./code-steps.ts";
import type { JobExplanationSchema } from "./schemas/job-explanation.ts";
import type { StepView } from "./step-view.ts";
import { undoPlan } from "./undo-plan.ts";
import { type JobView, viewOf } from "./view.ts";

type JobExplanation = z.infer<typeof JobExplanationSchema>;
type ExplainedWait = NonNullable<JobExplanation["waits"]>[number];
type Untaken = NonNullable<ExplainedWait["messages"]>[number];

/** The latest messages of an address that are looked at, and those of a wait that are shown. */
const mostMessages = 20;

/** Says what a job waits for, and which messages a run has not taken, and why. Nothing is changed. */
export async function explainJob(services: Services, job: Job, now: number): Promise<JobExplanation> {
  const view = await viewOf(services, job, now);
  const found = job.type === "feature" ? await eventOfJob(services, job) : undefined;
  const steps = Object.entries(view.steps ?? {});
  const open = view.status === "running" ? steps.filter(([, { status }]) => status === "waiting") : [];
  // A run of code that has begun anew does not show the waits of before.
  const taken = open.length > 0 ? ((await codeProgressOf(services, job))?.taken ?? []) : [];
  const waits = await Promise.all(
    open.map(async ([step, state]): Promise<ExplainedWait> => {
      const { started_at: since = 0, until = 0, waits_for: signals, approval } = state;
      const messages = signals && (await untakenBy(services, { job, found, view, taken }, signals));
      return {
        step,
        since,
        until,
        ...defined({ signals, asked: approval?.asked }),
        ...(messages?.length && { messages }),
      };
    }),
  );
  return {
    job_id: job.id,
    status: view.status,
    says: [
      ...statusSentences(view, now),
      ...(await lossSaid(services, job)),
      ...parkedSaid(view),
      ...stepsSaid(steps, view),
      ...(await lostStepsSaid(services, steps, view)),
      ...resultSaid(view, found),
      ...undoSaid(steps, view, found),
      ...waits.flatMap((wait) => waitSaid(wait, found)),
    ],
    ...(waits.length > 0 && { waits }),
  };
}

interface Run {
  job: Job;
  found: FoundEvent | undefined;
  view: JobView;
  /** The ids of the messages that a run of code keeps as taken. */
  taken: readonly string[];
}

/** The latest messages for a wait that its run has not taken. */
async function untakenBy({ signals }: Services, run: Run, awaited: readonly AwaitedSignal[]): Promise<Untaken[]> {
  const { product, env, id: job_id } = run.job;
  const declared = (run.found?.definition.signals?.(run.found.target) ?? {}) as Record<string, Fields | undefined>;
  const lists = await Promise.all(
    awaited.flatMap(({ signal, key }) =>
      [...(key === undefined ? [] : [{ key }]), { job_id }].map(async (to): Promise<Untaken[]> => {
        const address: SignalAddress = { product, env, signal, to };
        const latest = await signals.latest(address, mostMessages);
        return latest.map((one) => ({ signal, id: one.id, at: one.at, why: whyNot(run, declared[signal], one) }));
      }),
    ),
  );
  return lists
    .flat()
    .sort((a, b) => b.at - a.at)
    .slice(0, mostMessages);
}

function whyNot({ job, view, taken }: Run, fields: Fields | undefined, { id, at, payload }: Signal): Untaken["why"] {
  if (taken.includes(id) || Object.values(view.steps ?? {}).some(({ received }) => received?.id === id)) return "taken";
  if (at < runSince(job)) return "before_run";
  return fitsSignal(fields, payload) ? "not_seen" : "other_payload";
}

const isoTime = (at: number): string => new Date(at).toISOString();

/** How a job stands that is no run of a feature under way. */
function statusSentences(view: JobView, now: number): string[] {
  const {
    status,
    due_at,
    finished_at,
    waiting_for,
    error,
    reason,
    attempt,
    retries,
    most_attempts = retries + 1,
  } = view;
  const held = waiting_for && ("pause" in waiting_for ? pausedBy(waiting_for) : inLine(waiting_for));
  switch (status) {
    case "scheduled":
      return [`It is due at ${isoTime(due_at)}${attempt > 1 ? `, for attempt ${attempt} of ${most_attempts}` : ""}.`];
    case "queued":
      return held ? [held] : [`It was due at ${isoTime(due_at)}, and waits for a consumer of its type.`];
    case "running":
      return view.type === "feature" ? [] : [`Attempt ${attempt} runs since ${isoTime(view.started_at ?? now)}.`];
    case "paused":
      return ["Its series is paused until it is resumed."];
    case "completed":
      return [`It completed at ${isoTime(finished_at ?? due_at)}.`];
    case "failed":
      return [`It failed at ${isoTime(finished_at ?? due_at)}: ${error?.code}: ${error?.message}`];
    default:
      return [`It was cancelled at ${isoTime(finished_at ?? due_at)}${reason === undefined ? "" : `: ${reason}`}.`];
  }
}

const pausedBy = ({ reason, until }: { reason: string; until?: number }): string =>
  `A pause holds it ${until === undefined ? "until that is ended" : `until ${isoTime(until)}`}: ${reason}`;

const inLine = ({ limit, key, position }: { limit: string; key: string; position?: number }): string =>
  `It stands in the line of the limit ${limit}${key === "" ? "" : ` for ${key}`}${position === undefined ? "" : `, at place ${position}`}.`;

/** Why the run of a feature in code cannot go on. */
function parkedSaid({ parked, status }: JobView): string[] {
  if (!parked || status !== "running") return [];
  const { code, message, step, at, since, advice } = parked;
  const where = [step === undefined ? [] : [`at the step ${step}`], at === undefined ? [] : [`in ${at}`]].flat();
  const why = `It is parked since ${isoTime(since)}${where.map((one) => ` ${one}`).join("")}: ${code}: ${message}`;
  return advice === undefined ? [why] : [why, advice];
}

/** What of a run's steps is under way, or cannot begin. */
function stepsSaid(steps: [string, StepView][], { status }: JobView): string[] {
  if (status !== "running") return [];
  return steps.flatMap(([step, { status, job_id, error }]) => {
    if (status === "not_started" && error) return [`${step} cannot begin: ${error.message}`];
    return job_id !== undefined && underWay.has(status) ? [`${step} is ${status}, as the job ${job_id}.`] : [];
  });
}

/** What the job of a run, or the run itself, waits for since a deployment has taken it away. */
async function lossSaid(services: Services, job: Job): Promise<string[]> {
  const waits = isWaiting(job) ? job.parent !== undefined : job.type === "feature" && isParked(job);
  if (!waits) return [];
  const found = await eventOfJob(services, job);
  if (isInCatalog(job, found)) return [];
  return [`${lossOfEvent(services.catalog, job, found)} It goes on once a deployment has it again.`];
}

/** The same, of the jobs of its steps. */
async function lostStepsSaid(services: Services, steps: [string, StepView][], { status }: JobView): Promise<string[]> {
  if (status !== "running") return [];
  const open = steps.flatMap(([step, { status: of, job_id }]) =>
    job_id !== undefined && underWay.has(of) ? [{ step, job_id }] : [],
  );
  const some = open.slice(0, mostOpenSteps);
  const jobs = some.length === 0 ? [] : await services.jobs.getMany(some.map(({ job_id }) => job_id));
  const said = some.map(async ({ step, job_id }) => {
    const job = jobs.find(({ id }) => id === job_id);
    return job ? (await lossSaid(services, job)).map((loss) => `${step} waits: ${loss}`) : [];
  });
  return (await Promise.all(said)).flat();
}

/** What the result of a run cannot be made of since a deployment has taken it away. */
function resultSaid({ status, env }: JobView, found: FoundEvent | undefined): string[] {
  if (status !== "running" || !found?.product.envs.includes(env)) return [];
  const { output } = Object(found.target) as { output?: unknown };
  return lostVariables(output, found.product, env).map(
    (name) =>
      `Its result refers to the variable ${name}, which the catalog no longer has. It completes once a deployment has it again.`,
  );
}

/** Steps under way whose jobs are looked at. */
const mostOpenSteps = 20;

const underWay: ReadonlySet<string> = new Set(["scheduled", "queued", "running", "paused"]);

/** What is undone of a run that ends, was undone of one that has ended, or would be undone if a run failed or was cancelled now. */
function undoSaid(steps: [string, StepView][], view: JobView, found: FoundEvent | undefined): string[] {
  const { status, ending, rolled_back } = view;
  if (rolled_back) {
    const { steps: all, failed, error } = rolled_back;
    const left = failed > 0 ? `, of which ${failed} could not be` : "";
    return [`${all} of its steps were to be undone${left}.`, ...(error ? [`That was given up: ${error.message}`] : [])];
  }
  if (status !== "running") return [];
  if (ending) return endingSaid(steps, ending);
  const states = new Map(steps);
  const undos = undoPlan(found?.definition.graph?.(found.target) ?? [], (step) => {
    const state = states.get(step);
    return state && isOver.has(state.status) ? (state.finished_at ?? 0) : undefined;
  }).filter(({ step, undo_each }) => {
    const { status: of, job_id } = states.get(step) ?? {};
    return of === "completed" || (undo_each && of === "failed" && job_id !== undefined);
  });
  if (undos.length === 0) return [];
  const each = undos.map(({ step, undo, undo_each }) => `${step} by ${undo}${undo_each ? " for each item" : ""}`);
  return [`If it fails now or is cancelled, this is undone first: ${each.join(", ")}.`];
}

const isOver: ReadonlySet<string> = new Set(["completed", "skipped", "failed"]);

function endingSaid(steps: [string, StepView][], ending: NonNullable<JobView["ending"]>): string[] {
  const { cause, since, steps: all, undone = 0, failed = 0 } = ending;
  const counts =
    all === undefined
      ? "what is open is cancelled, and then its completed steps are undone"
      : `${undone} of ${all} steps are undone${failed > 0 ? `, and ${failed} could not be` : ""}`;
  const open = steps.flatMap(([step, { undo }]) => {
    if (!undo || undo.finished_at !== undefined) return [];
    if (undo.status === "not_started") return [`The undo of ${step} cannot begin: ${undo.error?.message}`];
    return undo.job_id !== undefined && underWay.has(undo.status)
      ? [`${step} is being undone, by the job ${undo.job_id}${itemsSaid(undo.for_each)}.`]
      : [];
  });
  return [`It is about to end as ${cause}, since ${isoTime(since)}: ${counts}.`, ...open];
}

const itemsSaid = (counts: StepView["for_each"]): string =>
  counts === undefined
    ? ""
    : `: ${counts.done} of ${counts.items} items${counts.failed > 0 ? `, and ${counts.failed} could not be` : ""}`;

function waitSaid(wait: ExplainedWait, found: FoundEvent | undefined): string[] {
  const { step, until, signals, asked, messages = [] } = wait;
  if (asked) {
    const then = otherwiseOf(step, found);
    const whose = asked.length === 0 ? "a decision in the inbox" : `the decision of ${asked.join(" or ")}`;
    return [`${step} waits for ${whose} until ${isoTime(until)}, and then ${then}.`];
  }
  if (!signals) return [`${step} waits until ${isoTime(until)}.`];
  const names = signals.map(({ signal, key }) => (key === undefined ? signal : `${signal} with the key ${key}`));
  const untaken = messages.flatMap(({ why }) => (why === "not_seen" ? [] : [inWords[why]]));
  const reasons = [...Map.groupBy(untaken, (why) => why)].map(([why, { length }]) => `${length} ${why}`);
  const plural = untaken.length === 1 ? "message came that it does" : "messages came that it does";
  const coming = messages.length - untaken.length;
  return [
    `${step} waits for the signal ${names.join(" or ")} until ${isoTime(until)}, and then ${otherwiseOf(step, found)}.`,
    ...(untaken.length > 0 ? [`${untaken.length} ${plural} not take: ${reasons.join(", ")}.`] : []),
    ...(coming > 0 ? [`${coming} came since it last looked: it is woken for that.`] : []),
  ];
}

const inWords: Record<Exclude<Untaken["why"], "not_seen">, string> = {
  before_run: "before the run was made",
  other_payload: "with a payload that lacks what its definition declares",
  taken: "taken by another of its waits",
};

function otherwiseOf(step: string, found: FoundEvent | undefined): string {
  const defined = found?.definition.steps?.(found.target).find((one) => one.step === step);
  // A feature in code has no steps that are known before it runs.
  if (!defined) return "its code decides";
  const { wait, approve } = (defined.says ?? {}) as Record<string, { otherwise?: string } | undefined>;
  const { otherwise = "fail" } = approve ?? wait ?? {};
  if (otherwise === "fail") return "fails";
  return approve ? `counts as "${otherwise}"` : "goes on without one";
}
