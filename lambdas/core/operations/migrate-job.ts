import type { Catalog, FoundEvent } from "../catalog/catalog.ts";
import { byStep, changedFields, definedSteps } from "../catalog/definition-difference.ts";
import { definitionId, definitionOf } from "../catalog/feature-definition.ts";
import type { DefinedStep } from "../catalog/job-type.ts";
import type { Caller } from "../job/actor.ts";
import { isCodeProgress } from "../job/code-progress.ts";
import { fairGroupOf, isFinished, type Job, jobMessageOf, shownStatus } from "../job/job.ts";
import { stepJobId } from "../job/job-id.ts";
import { isParked } from "../job/transitions.ts";
import { traceOf } from "../kernel/errors.ts";
import type { JobStatus } from "../kernel/job-status.ts";
import { jobNotFound, type RequestError } from "../kernel/request-error.ts";
import type { Definitions } from "../ports/definitions.ts";
import { audited, type Changing, conflict, migrate, type OnChanged, previewOf, tooFast } from "./change-job.ts";
import { endedWithFeature } from "./parent-guard.ts";
import { loadIfThere } from "./payload.ts";

/** What becomes of a step of a run that goes on by another definition. */
export interface StepMove {
  /** `sequence.step`. */
  step: string;
  action: "kept" | "runs_again" | "runs" | "new" | "dropped";
  status: StepStatus;
  /** The fields that the two definitions do not have alike. */
  changed?: string[];
}

export interface Migration {
  from: string;
  to: string;
  steps: StepMove[];
}

type StepStatus = JobStatus | "skipped" | "waiting" | "not_started";

/** What is known of a step that has begun. */
export interface BegunStep {
  status: StepStatus;
  /** Its job has not ended. */
  isOpen?: boolean;
  /** It has ended in vain, and the next decision runs it again: as a rule, because its feature is retried. */
  isRevived?: boolean;
  /** It was cancelled by the end of its feature, and has not failed by itself. */
  endedWithFeature?: boolean;
}

interface Planned {
  steps: StepMove[];
  /** Why the run cannot go on by the other definition; one for each step. */
  refusals: string[];
}

/**
 * What becomes of each step of a run that goes on by other steps: those of the new definition in their order, then those that it does not
 * have. What has completed is not run again, whatever its definition says now.
 */
export function planMigration(
  from: readonly DefinedStep[],
  to: readonly DefinedStep[],
  begun: Readonly<Record<string, BegunStep>>,
): Planned {
  const before = byStep(from);
  const after = byStep(to);
  const moved = to.map((step) => moveOf(step, before.get(step.step), begun[step.step]));
  const left = [...new Set([...before.keys(), ...Object.keys(begun)])].filter((step) => !after.has(step));
  const hasEnded = new Set(
    moved.filter(({ step, action }) => action === "kept" && !begun[step]?.isOpen).map(({ step }) => step),
  );
  const kept = new Set(moved.filter(({ action }) => action === "kept").map(({ step }) => step));
  return {
    steps: [...moved, ...left.map((step): StepMove => ({ step, action: "dropped", status: statusOf(begun[step]) }))],
    refusals: [
      ...to.flatMap((step) => failingRefusals(step, begun[step.step])),
      ...to.filter(({ step }) => kept.has(step)).flatMap((step) => tooEarly(step, hasEnded)),
      ...left.filter((step) => begun[step]?.isOpen && begun[step]?.status !== "waiting").map(leftRunning),
    ],
  };
}

const statusOf = (step: BegunStep | undefined): StepStatus => step?.status ?? "not_started";

function moveOf(step: DefinedStep, before: DefinedStep | undefined, begun: BegunStep | undefined): StepMove {
  const changed = before ? changedFields(before.says, step.says) : [];
  return {
    step: step.step,
    action: actionOf(step, before, begun),
    status: statusOf(begun),
    ...(changed.length > 0 && { changed }),
  };
}

function actionOf(
  step: DefinedStep,
  before: DefinedStep | undefined,
  begun: BegunStep | undefined,
): StepMove["action"] {
  if (begun === undefined || begun.status === "not_started") return before ? "runs" : "new";
  // What has waited for something else than the step does now is left, and the step begins.
  if (begun.status === "waiting" && before && waitKindOf(before) !== waitKindOf(step)) return "runs";
  return begun.isRevived && !isAllowedToFail(step, begun) ? "runs_again" : "kept";
}

/** How a step waits, if it does. */
const waitKindOf = ({ waits_for }: DefinedStep): "approval" | "wait" | undefined =>
  waits_for && ("approval" in waits_for ? "approval" : "wait");

/** Whether the end of a step counts although it has failed. */
const isAllowedToFail = ({ allow_fail = false }: DefinedStep, begun: BegunStep): boolean =>
  allow_fail && !begun.endedWithFeature;

const failingRefusals = (step: DefinedStep, begun: BegunStep | undefined): string[] => {
  const hasFailed = begun?.status === "failed" || begun?.status === "cancelled";
  if (!begun || !hasFailed || begun.isRevived || isAllowedToFail(step, begun)) return [];
  return [
    `${step.step} has ${begun.status === "failed" ? "failed" : "been cancelled"}, so the run fails: move it then.`,
  ];
};

function tooEarly({ step, depends_on }: DefinedStep, hasEnded: ReadonlySet<string>): string[] {
  const missing = depends_on.filter((other) => !hasEnded.has(other));
  return missing.length === 0 ? [] : [`${step} has begun, and would depend on ${missing.join(", ")}, not ended yet.`];
}

const leftRunning = (step: string): string =>
  `${step} has begun, and would not be part of the run: wait until it has ended.`;

interface Migrating extends Changing {
  catalog: Catalog;
  definitions: Definitions;
}

const rounds = 10;

/**
 * Lets the run of a feature go on by the present catalog, and wakes it. Returns what becomes of each step. Throws STATE_CONFLICT, with the
 * steps that forbid it. A dry run writes nothing.
 */
export async function migrateJob(
  services: Migrating,
  asked: Job,
  { caller, dryRun, onChanged }: { caller: Caller; dryRun: boolean; onChanged?: OnChanged },
): Promise<Migration> {
  const { jobs, clock, definitions } = services;
  for (let job: Job | undefined = asked, round = 0; round < rounds; round++, job = await jobs.get(asked.id)) {
    if (!job) throw jobNotFound();
    const found = presentFeature(services, job);
    const definition = definitionOf(found);
    const to = definitionId(definition);
    const change = audited(migrate(to, found.definition.undoes?.(found.target) ?? false), {
      ...caller,
      change: "migrate",
    });
    const next = previewOf(services, job, change);
    const planned = await plannedFor(services, job, found);
    const migration = { from: job.definition ?? to, to, steps: planned.steps };
    if (next === job) return migration;
    if (planned.refusals.length > 0) throw migrationRefused(job, planned.refusals, clock.now());
    if (dryRun) return migration;
    await definitions.put(to, definition, { product: job.product, event: job.event }, clock.now());
    // The plan holds as long as no decision has started another step meanwhile, and each of them raises the version of the job.
    if ((await jobs.replace(next)) === "lost") continue;
    await onChanged?.(job, next);
    await wakeParked(services, next);
    return migration;
  }
  throw tooFast();
}

function presentFeature({ catalog, clock }: Migrating, job: Job): FoundEvent {
  if (job.type !== "feature") throw conflict(job, clock.now(), "only the run of a feature keeps a definition.");
  const found = catalog.lookup(job.product, job.event);
  if (found?.event.type === "feature") return found;
  throw conflict(job, clock.now(), `the present catalog has no feature event ${job.event} of ${job.product}.`);
}

async function plannedFor(services: Migrating, job: Job, found: FoundEvent): Promise<Planned> {
  const { catalog, definitions } = services;
  const kept = job.definition === undefined ? undefined : await definitions.get(job.definition);
  const from = kept ? definedSteps(catalog.registry, kept) : [];
  const to = definedSteps(catalog.registry, definitionOf(found));
  const progress = (job.progress && (await loadIfThere(services.blobs, job.progress))) ?? {};
  // What was undone is done again from the start.
  const begun = job.rolled_back ? {} : await begunSteps(services, job, progress, [...from, ...to]);
  const { steps, refusals } = planMigration(from, to, begun);
  const others = [...undoRefusals(job, progress), ...(await inputRefusals(services, job, found))];
  return { steps, refusals: [...refusals, ...others] };
}

/**
 * A handler that has ended in vain undoes what it has done, which other code would not know: it would be shown undos that it has not called. One
 * that has failed is retried from before them.
 */
const undoRefusals = (job: Job, progress: unknown): string[] =>
  isCodeProgress(progress) && progress.code.in_vain && job.status !== "failed"
    ? ["Its steps are being undone, by the code that has done them: wait until it has ended."]
    : [];

/** The steps of a run that have begun: by their jobs, which are more than the last decision knew of, and otherwise as it recorded them. */
async function begunSteps(
  { jobs, clock }: Migrating,
  job: Job,
  progress: unknown,
  defined: readonly DefinedStep[],
): Promise<Record<string, BegunStep>> {
  // The steps of a run of code are not those of its definition: its log says whether the other code does the same.
  const recorded = isCodeProgress(progress) ? {} : (progress as Record<string, RecordedStep>);
  const names = [...new Set([...Object.keys(recorded), ...defined.map(({ step }) => step)])];
  const now = clock.now();
  const begun: Record<string, BegunStep> = {};
  for (const [step, { status }] of Object.entries(recorded)) {
    const hasEnded = ["completed", "skipped", "failed", "cancelled"].includes(status);
    // Its job was deleted before the feature saw how it ended.
    if (status === "waiting") begun[step] = { status, isOpen: true };
    else if (status !== "not_started") begun[step] = hasEnded ? withoutJob(status) : { status: "failed" };
  }
  for (let from = 0; from < names.length; from += mostAtOnce) {
    const ids = names.slice(from, from + mostAtOnce).map((step) => stepJobId(job, step));
    for (const child of await jobs.getMany(ids)) if (child.parent) begun[child.parent.step] = begunJob(job, child, now);
  }
  return begun;
}

/** The limit of DynamoDB's BatchGetItem. */
const mostAtOnce = 100;

interface RecordedStep {
  status: StepStatus;
}

/** A step that has failed without a job is begun anew by every decision. */
const withoutJob = (status: StepStatus): BegunStep => ({
  status,
  ...((status === "failed" || status === "cancelled") && { isRevived: true }),
});

function begunJob(feature: Job, child: Job, now: number): BegunStep {
  const status = shownStatus(child, now);
  if (!isFinished(child)) return { status, isOpen: true };
  if (child.status === "completed") return { status };
  const isOlder = (child.parent?.message.attempt ?? feature.attempt) < feature.attempt;
  return { status, isRevived: isRetried(feature) || isOlder, endedWithFeature: endedWithFeature(child) };
}

/** Whether the next decision is one of a retry, which runs failed steps again. */
const isRetried = ({ status }: Job): boolean => status !== "running";

/** The run has an input that the present feature might refuse. One with expressions is known only when it runs. */
async function inputRefusals({ blobs }: Migrating, job: Job, { definition, ...found }: FoundEvent): Promise<string[]> {
  if (job.expressions) return [];
  const input = await loadIfThere(blobs, job.input);
  if (input === undefined) return [];
  const check = { ...found, env: job.env, app: job.app, input: input as Record<string, unknown> };
  return (definition.checkInput?.(check) ?? []).map(
    ({ pointer, detail }) => `Its input would be refused: ${pointer} ${detail}`,
  );
}

function migrationRefused(job: Job, refusals: readonly string[], now: number): RequestError {
  const error = conflict(job, now, `it cannot go on by the present definition. ${refusals.join(" ")}`);
  error.faults = refusals.map((detail) => ({ pointer: "/to", detail }));
  return error;
}

/** Lets the run decide at once. If the message is refused, the reconciler wakes it within a minute, since `wake_at` has passed. */
async function wakeParked({ queue, log }: Migrating, job: Job): Promise<void> {
  if (!isParked(job)) return;
  await queue
    .send(job.type, jobMessageOf(job), { delaySeconds: 0, group: fairGroupOf(job) })
    .catch((error) => log.warn("SQS refused the wake-up; the reconciler wakes the job", traceOf(error)));
}
