import type { Job, JobReceipt, JobStep, JobSummary } from "./answers.ts";
import { InvalidRequestError } from "./errors.ts";
import { isFinished } from "./is-finished.ts";
import { textOf } from "./job-names.ts";
import type { CallOptions, Jobs } from "./jobs.ts";
import type { Settle } from "./settle.ts";
import type { Transport } from "./transport.ts";
import { lookedUp } from "./wait.ts";

/*
 * The calls of Ductape's documentation for runs of features. A run is a job, and its `feature_id` is the `job_id`. Everything here is made
 * of calls of `jobs`, in its words; those have more.
 */

/** A run, by one of its names. */
export interface FeatureRun {
  /** The `job_id`. */
  feature_id?: string | undefined;
  /** The name of older documentation. */
  workflow_id?: string | undefined;
  job_id?: string | undefined;
  /** Product and env may stand beside it: the id says them already. */
  product?: string | undefined;
  product_tag?: string | undefined;
  env?: string | undefined;
}

export type FeatureStatus = "scheduled" | "running" | "completed" | "failed" | "cancelled" | "rolled_back";

export interface FeatureError {
  code: string;
  message: string;
  /** The step that failed, as `sequence.step`, if it was one. */
  step?: string;
}

/** What a run came to. A run that has failed is an answer, and no error. */
export interface FeatureOutcome<Output = unknown> {
  feature_id: string;
  /** The same, by the name of older documentation. */
  workflow_id: string;
  status: FeatureStatus;
  output?: Output;
  error?: FeatureError;
  /** As `sequence.step`, in the order of the definition. */
  completed_steps: string[];
  failed_step?: string;
  /** Milliseconds from its first start to its end, or until now. */
  execution_time: number;
  rollback_result?: { rolled_back_steps: string[]; failed_steps: string[] };
}

export interface FeatureState extends Omit<FeatureOutcome, "execution_time"> {
  feature_tag: string;
  product: string;
  env: string;
  /** The steps that run or wait. */
  current_steps: string[];
  /** The first of them. */
  current_step?: string;
  /** What the handler of a feature in code has set, with the answers of its queries as `queries`. */
  state: Record<string, unknown>;
  /** Epoch milliseconds. */
  created_at: number;
  started_at?: number;
  completed_at?: number;
  /** What it waits for. */
  waits?: Job["waits"];
}

export interface FeatureEvent {
  type: string;
  /** Epoch milliseconds. */
  timestamp: number;
  data: Record<string, unknown>;
}

export interface FeatureHistory {
  feature_id: string;
  /** The oldest first. */
  events: FeatureEvent[];
  /** Always empty: steps are the checkpoints of a run, and `events` has their ends. */
  checkpoints: [];
  /** The runs that `replay` has made of it. */
  replays: RelatedRun[];
  /** The runs that `restart` has made of it. */
  restarts: RelatedRun[];
}

export interface RelatedRun {
  feature_id: string;
  feature_tag: string;
  status: FeatureStatus;
  created_at: number;
}

/** A run among those that were made of each other. */
export interface RelatedExecution extends RelatedRun {
  type: "original" | "replay" | "restart";
  replayed_from?: string;
  restarted_from?: string;
}

export interface FeatureStep {
  feature_id: string;
  step_tag: string;
  /** `step_tag`. */
  tag: string;
  /** `step_tag`. */
  name: string;
  status: JobStep["status"];
  started_at?: number;
  completed_at?: number;
  duration_ms?: number;
  /** `started_at`. */
  start_time?: number;
  /** `completed_at`. */
  end_time?: number;
  /** `duration_ms`. */
  duration?: number;
  /** What it came to, of a step with a job that has completed, or of own code as far as the job shows it. */
  output?: unknown;
  error?: FeatureError;
  /** How many attempts its job has made. */
  attempts?: number;
  job_id?: string;
  undo?: JobStep["undo"];
  /** The status of `undo`. */
  rollback_status?: NonNullable<JobStep["undo"]>["status"];
}

export interface ExecuteFields {
  /**
   * Milliseconds to wait for the end. The run goes on afterwards, and the answer says `running`.
   * @default no limit
   */
  timeout?: number | undefined;
}

export interface CancelFeature extends FeatureRun {
  reason?: string | undefined;
  /** It ends at once, and nothing more of it is undone. */
  force?: boolean | undefined;
}

export interface ReplayFeature extends FeatureRun {
  reason?: string | undefined;
  /** A call that is repeated with the same key makes no second run. */
  idempotency_key?: string | undefined;
  /** `retries`, and `timeout_ms` as `timeout`, of the new run. */
  options?: FeatureOptions | undefined;
}

export interface FeatureOptions {
  retries?: number | undefined;
  timeout?: number | undefined;
}

/** A run that was begun by another. */
export interface MadeRun {
  feature_id: string;
  /** The same, by the name of older documentation. */
  workflow_id: string;
  status: FeatureStatus;
  reason?: string;
}

export interface RestartFeature extends ReplayFeature {
  /** Takes the place of the input. */
  input?: Record<string, unknown> | undefined;
  /** The fields of the input that change, if `merge_input` is not false; else it takes the place of the input. */
  input_override?: Record<string, unknown> | undefined;
  merge_input?: boolean | undefined;
}

export interface FeatureRuns {
  /** Where a run is. */
  status(run: FeatureRun, options?: CallOptions): Promise<FeatureState>;
  /**
   * What a query of a feature in code answers, as of the run's latest step, checkpoint, signal or `setState`: a run that waits is not asked. Refused
   * where the feature has no such query, and while the run has not begun.
   */
  query<Answer = unknown>(run: FeatureRun & { query?: string | undefined }, options?: CallOptions): Promise<Answer>;
  /** Cancels a run, and waits up to 25 seconds until its completed steps are undone. */
  cancel(
    run: CancelFeature,
    options?: CallOptions,
  ): Promise<{ feature_id: string; cancelled: boolean; status: FeatureStatus; rolled_back_steps: string[] }>;
  /** What has happened in a run, and which runs were made of it. */
  history(run: FeatureRun, options?: CallOptions): Promise<FeatureHistory>;
  /** A step of a run, by its tag or as `sequence.step`, with the result of its job. */
  stepDetail(
    run: FeatureRun & { step_tag?: string | undefined; step?: string | undefined },
    options?: CallOptions,
  ): Promise<FeatureStep>;
  /** Starts a new run with the input of this one. The key needs `jobs:input`, and the event may hide no part of it. */
  replay(run: ReplayFeature, options?: CallOptions): Promise<MadeRun & { replayed_from: string }>;
  /** Starts a new run with another input, or with that of this one and other fields in it. */
  restart(run: RestartFeature, options?: CallOptions): Promise<MadeRun & { restarted_from: string }>;
  /** The run that started it, the jobs of its steps, and the runs that were made of it. */
  relatedExecutions(
    run: FeatureRun,
    options?: CallOptions,
  ): Promise<{
    feature_id: string;
    parent?: { feature_id: string; step: string };
    children: { feature_id: string; step: string; status: JobStep["status"] }[];
    replays: RelatedRun[];
    restarts: RelatedRun[];
    /** The run that this one was made of, or else this one. */
    original: string;
    /** This run, and those that were made of it. */
    executions: RelatedExecution[];
  }>;
}

interface Calls {
  jobs: Pick<Jobs, "get" | "cancel" | "input" | "list">;
  /** Starts a job of an event. */
  start(
    data: {
      product_tag: string;
      env: string;
      event: string;
      input: Record<string, unknown>;
      labels: string[];
      idempotency_key?: string;
      retries?: number;
      timeout_ms?: number;
    },
    options?: CallOptions,
  ): Promise<JobReceipt>;
  /** Reads a value that is too large for an answer. */
  download: Transport["download"];
  now(): number;
}

/** The most runs of a kind that are shown as made of one. */
const mostRelated = 100;
/** The longest that the undo of a cancelled run is waited for, in seconds. */
const undoWait = 25;

export function createFeatureRuns(name: string, { jobs, start, download, now }: Calls): FeatureRuns {
  const idOf = (call: string, { feature_id, workflow_id, job_id }: FeatureRun): string => {
    const id = feature_id ?? workflow_id ?? job_id;
    if (typeof id === "string" && id !== "") return id;
    throw refused(call, "/feature_id", "is missing: the id of the run, which dispatch and execute answer");
  };
  const made = async (
    id: string,
    { product_tag, env }: JobSummary,
    kind: "replay" | "restart",
    options?: CallOptions,
  ) => {
    const all: RelatedRun[] = [];
    for await (const job of jobs.list({ product_tag, env, label: labelOf(kind, id) }, options)) {
      all.push(relatedOf(job));
      if (all.length === mostRelated) break;
    }
    return all;
  };
  const again = async (
    call: string,
    kind: "replay" | "restart",
    run: RestartFeature,
    inputOf: (given: () => Promise<Record<string, unknown>>) => Promise<Record<string, unknown>>,
    options?: CallOptions,
  ) => {
    const id = idOf(call, run);
    const { retries, timeout } = optionsOf(call, run);
    const job = await jobs.get(id, options);
    requireFeature(call, job);
    const given = async () => {
      const { input, redacted, input_url, input_bytes } = await jobs.input(id, { ...options, as: "request" });
      if (redacted)
        throw refused(
          call,
          "/feature_id",
          `cannot be done: the event hides ${redacted.join(", ")} of its input. Start it with a whole one`,
        );
      if (input_bytes !== undefined)
        throw refused(call, "/feature_id", "cannot be done: its input is too large. Start it with a whole one");
      if (input_url !== undefined) return (await download(input_url, id, options?.signal)) as Record<string, unknown>;
      return (input ?? {}) as Record<string, unknown>;
    };
    const { product_tag, env, event } = job;
    const key = run.idempotency_key;
    const receipt = await start(
      {
        ...{ product_tag, env, event, input: await inputOf(given), labels: [labelOf(kind, id)] },
        ...(key !== undefined && { idempotency_key: key }),
        ...(retries !== undefined && { retries }),
        ...(timeout !== undefined && { timeout_ms: timeout }),
      },
      options,
    );
    return {
      ...{ id, feature_id: receipt.job_id, workflow_id: receipt.job_id, status: statusOf(receipt) },
      ...(run.reason !== undefined && { reason: run.reason }),
    };
  };

  return {
    async status(run, options) {
      const job = await jobs.get(idOf(`${name}.status`, run), options);
      requireFeature(`${name}.status`, job);
      const { execution_time: _, ...outcome } = outcomeOf(job, now());
      const current = stepsOf(job).flatMap(([key, { status }]) => (isOpen(status) ? [key] : []));
      return {
        ...outcome,
        feature_tag: job.event,
        product: job.product_tag,
        env: job.env,
        current_steps: current,
        ...(current[0] !== undefined && { current_step: current[0] }),
        state: job.state ?? {},
        created_at: job.created_at,
        ...(job.started_at !== undefined && { started_at: job.first_started_at ?? job.started_at }),
        ...(job.finished_at !== undefined && { completed_at: job.finished_at }),
        ...(job.waits && { waits: job.waits }),
      };
    },

    async query<Answer>({ query = "", ...run }: FeatureRun & { query?: string | undefined }, options?: CallOptions) {
      const call = `${name}.query`;
      const job = await jobs.get(idOf(call, run), options);
      requireFeature(call, job);
      const answers = (job.state?.queries ?? {}) as Record<string, unknown>;
      if (Object.hasOwn(answers, query)) return answers[query] as Answer;
      const known = Object.keys(answers).join(", ");
      throw refused(
        call,
        "/query",
        known === "" ? "has no answer: the run has none yet" : `is none of the run's: ${known}`,
      );
    },

    async cancel({ reason, force, ...run }, options) {
      const id = idOf(`${name}.cancel`, run);
      const asked = await jobs.cancel(id, {
        ...options,
        ...(reason !== undefined && { reason }),
        ...(force !== undefined && { force }),
      });
      const lookUp = (wait?: number) => jobs.get(id, { ...options, wait });
      const { job } = asked.ending ? await lookedUp(lookUp, undoWait) : { job: asked };
      return {
        feature_id: id,
        cancelled: job.status === "cancelled" || job.ending?.cause === "cancelled",
        status: statusOf(job),
        rolled_back_steps: undoneIn(job).rolled_back_steps,
      };
    },

    async history(run, options) {
      const id = idOf(`${name}.history`, run);
      const job = await jobs.get(id, options);
      requireFeature(`${name}.history`, job);
      const [replays, restarts] = [await made(id, job, "replay", options), await made(id, job, "restart", options)];
      return { feature_id: id, events: eventsOf(job), checkpoints: [], replays, restarts };
    },

    async stepDetail({ step_tag, step = step_tag, ...run }, options) {
      const call = `${name}.stepDetail`;
      const id = idOf(call, run);
      const job = await jobs.get(id, options);
      requireFeature(call, job);
      const keys = stepsOf(job).map(([key]) => key);
      const named = keys.filter((key) => key === step || key.slice(key.indexOf(".") + 1) === step);
      if (named.length > 1) throw refused(call, "/step_tag", `is ambiguous: ${named.join(", ")}`);
      const [key] = named;
      const found = key === undefined ? undefined : job.steps?.[key];
      if (key === undefined || !found)
        throw refused(call, "/step_tag", `is none of the run's steps: ${keys.join(", ")}`);
      const child = found.job_id === undefined ? undefined : await childOf(found.job_id, options);
      const { started_at: start, finished_at: end, undo } = found;
      const output = child?.result ?? found.returned;
      return {
        ...{ feature_id: id, step_tag: key, tag: key, name: key, status: found.status },
        ...(start !== undefined && { started_at: start, start_time: start }),
        ...(end !== undefined && { completed_at: end, end_time: end }),
        ...(start !== undefined && end !== undefined && { duration_ms: end - start, duration: end - start }),
        ...(output !== undefined && { output }),
        ...(found.error && { error: { ...found.error, step: key } }),
        ...(child && { attempts: child.attempts.length }),
        ...(found.job_id !== undefined && { job_id: found.job_id }),
        ...(undo && { undo, rollback_status: undo.status }),
      };
    },

    async replay(run, options) {
      const { id, ...made } = await again(`${name}.replay`, "replay", run, (given) => given(), options);
      return { ...made, replayed_from: id };
    },

    async restart(run, options) {
      const { input, input_override: changes, merge_input = true } = run;
      const wanted = async (given: () => Promise<Record<string, unknown>>) => {
        if (input) return input;
        return changes && !merge_input ? changes : { ...(await given()), ...changes };
      };
      const { id, ...made } = await again(`${name}.restart`, "restart", run, wanted, options);
      return { ...made, restarted_from: id };
    },

    async relatedExecutions(run, options) {
      const id = idOf(`${name}.relatedExecutions`, run);
      const job = await jobs.get(id, options);
      requireFeature(`${name}.relatedExecutions`, job);
      const [replays, restarts] = [await made(id, job, "replay", options), await made(id, job, "restart", options)];
      return {
        feature_id: id,
        ...(job.parent && { parent: { feature_id: job.parent.job_id, step: job.parent.step } }),
        children: stepsOf(job).flatMap(([step, { job_id, status }]) =>
          job_id === undefined ? [] : [{ feature_id: job_id, step, status }],
        ),
        replays,
        restarts,
        ...originOf(job),
        executions: [
          executionOf(job),
          ...replays.map((one) => ({ ...one, type: "replay" as const, replayed_from: id })),
          ...restarts.map((one) => ({ ...one, type: "restart" as const, restarted_from: id })),
        ],
      };
    },
  };

  /** A step's job may have been deleted: its run still shows how it ended. */
  async function childOf(id: string, options?: CallOptions): Promise<Job | undefined> {
    try {
      return await jobs.get(id, options);
    } catch (error) {
      if ((error as { code?: string }).code === "JOB_NOT_FOUND") return undefined;
      throw error;
    }
  }
}

/** Runs a feature to its end, and says what it came to. */
export async function executeFeature(
  { start, settle, now }: { start(): Promise<JobReceipt>; settle: Settle; now(): number },
  options: ExecuteFields & CallOptions,
): Promise<FeatureOutcome> {
  const receipt = await start();
  const job = await settle(receipt, options);
  if (job) return outcomeOf(job, now());
  const { job_id } = receipt;
  return {
    ...{ feature_id: job_id, workflow_id: job_id, status: "running" as const },
    ...{ completed_steps: [], execution_time: options.timeout ?? 0 },
  };
}

const labelOf = (kind: "replay" | "restart", id: string): string => `${kind}-of-${id}`;
const madeOf = /^(replay|restart)-of-(.+)$/;

/** The run that a run was made of, which its label names. */
function sourceOf({ labels = [] }: Pick<JobSummary, "labels">): { kind: "replay" | "restart"; of: string } | undefined {
  const [, kind, of] = labels.map((label) => madeOf.exec(label)).find((found) => found !== null) ?? [];
  return of === undefined ? undefined : { kind: kind as "replay" | "restart", of };
}

const originOf = (job: JobSummary) => ({ original: sourceOf(job)?.of ?? job.job_id });

function executionOf(job: JobSummary): RelatedExecution {
  const source = sourceOf(job);
  if (!source) return { ...relatedOf(job), type: "original" };
  const { kind, of } = source;
  return { ...relatedOf(job), type: kind, ...(kind === "replay" ? { replayed_from: of } : { restarted_from: of }) };
}

const relatedOf = (job: JobSummary): RelatedRun => ({
  ...{ feature_id: job.job_id, feature_tag: job.event },
  ...{ status: statusOf(job), created_at: job.created_at },
});

function optionsOf(call: string, { options = {} }: ReplayFeature): FeatureOptions {
  const [other] = Object.keys(options).filter((name) => !["retries", "timeout"].includes(name));
  if (other === undefined) return options;
  const detail =
    "is not here. There are retries and timeout; features.history and features.stepDetail say what happened";
  throw refused(call, `/options/${other}`, detail);
}

/** Ductape has no word for a job that waits to start, and one more for an end: a run that was rolled back has failed. */
function statusOf(job: Pick<JobSummary, "status"> & Partial<Pick<JobSummary, "rolled_back">>): FeatureStatus {
  const { status, rolled_back } = job;
  if (status === "failed" && rolled_back) return "rolled_back";
  if (status === "queued" || status === "scheduled" || status === "paused") return "scheduled";
  return status;
}

const stepsOf = ({ steps = {} }: Job): [string, JobStep][] => Object.entries(steps);
const isOpen = (status: JobStep["status"]): boolean =>
  !["completed", "failed", "cancelled", "skipped", "not_started"].includes(status);

function undoneIn(job: Job): { rolled_back_steps: string[]; failed_steps: string[] } {
  const undone = stepsOf(job).filter(([, { undo }]) => undo);
  const are = (wanted: boolean) =>
    undone.flatMap(([key, { undo }]) => ((undo?.status === "completed") === wanted ? [key] : []));
  return { rolled_back_steps: are(true), failed_steps: are(false) };
}

function outcomeOf(job: Job, now: number): FeatureOutcome {
  const failed = stepsOf(job).find(([, { status }]) => status === "failed")?.[0];
  const began = job.first_started_at ?? job.started_at ?? job.created_at;
  return {
    feature_id: job.job_id,
    workflow_id: job.job_id,
    status: statusOf(job),
    ...(job.result !== undefined && { output: job.result }),
    ...(job.error && {
      error: { code: job.error.code, message: job.error.message, ...(failed !== undefined && { step: failed }) },
    }),
    completed_steps: stepsOf(job).flatMap(([key, { status }]) => (status === "completed" ? [key] : [])),
    ...(job.status === "failed" && failed !== undefined && { failed_step: failed }),
    execution_time: Math.max(0, (job.finished_at ?? now) - began),
    ...(job.rolled_back && { rollback_result: undoneIn(job) }),
  };
}

function eventsOf(job: Job): FeatureEvent[] {
  const { created_at, finished_at, event } = job;
  const at = (timestamp: number | undefined, type: string, data: Record<string, unknown>): FeatureEvent[] =>
    timestamp === undefined ? [] : [{ type, timestamp, data }];
  const ofSteps = stepsOf(job).flatMap(([step, { status, started_at, finished_at: ended, error, undo, received }]) => [
    ...at(started_at, status === "waiting" ? "step.waiting" : "step.started", { step }),
    ...at(ended, `step.${status}`, {
      step,
      ...(error && { error: textOf(error) }),
      ...(received && { signal: received.signal }),
    }),
    ...at(undo?.finished_at, undo?.status === "completed" ? "step.rolled_back" : "step.rollback_failed", { step }),
  ]);
  const ended = isFinished(job) ? at(finished_at, `feature.${statusOf(job)}`, { feature: event }) : [];
  return [
    ...at(created_at, "feature.created", { feature: event }),
    ...at(job.first_started_at ?? job.started_at, "feature.started", { feature: event }),
    ...ofSteps,
    ...ended,
  ].sort((a, b) => a.timestamp - b.timestamp);
}

function requireFeature(call: string, { type, job_id }: Job): void {
  if (type !== "feature")
    throw refused(call, "/feature_id", `is the job of an event of type ${type}: jobs.get("${job_id}")`);
}

const refused = (call: string, pointer: string, detail: string) =>
  new InvalidRequestError("INVALID_REQUEST", `${call}: ${pointer} ${detail}.`, [{ pointer, detail }]);
