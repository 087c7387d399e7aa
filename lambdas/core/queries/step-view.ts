import type * as z from "zod";
import type { CatalogEvent } from "../catalog/catalog.ts";
import { isFinished, type Job, shownStatus } from "../job/job.ts";
import { isList } from "../job/list.ts";
import { defined, pick } from "../kernel/defined.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { Services } from "../operations/services.ts";
import { codeProgressOf, codeSteps } from "./code-steps.ts";
import { countsIn, currentCounts } from "./list-counts.ts";
import type { StepSchema, UndoStateSchema } from "./schemas/progress.ts";

/** The state of a step of a feature. */
export type StepView = z.infer<typeof StepSchema>;
/** The state of a step that has a job, or of an undo. */
export type JobStepView = z.infer<typeof UndoStateSchema>;

type Steps = Record<string, StepView>;

/** What is shown of recorded steps, some of which have a result, or ask for an approval. */
export const recordedSteps = (recorded: Record<string, StepView & { result?: unknown; asking?: unknown }>): Steps =>
  Object.fromEntries(
    Object.entries(recorded).map(([name, { result: _result, asking: _asking, ...shown }]) => [name, shown]),
  );

/** How many attempts before the latest one are kept of a step. */
const mostEarlier = 3;

/** The attempts of a job before its latest one, which is the one that began at `started_at` or has still to begin. */
export function earlierAttempts({ attempt, attempts }: Job): Pick<StepView, "earlier_attempts"> {
  const earlier = attempts.filter((one) => one.attempt < attempt).slice(-mostEarlier);
  return earlier.length > 0 ? { earlier_attempts: earlier.map((one) => pick(one, ["started_at", "ended_at"])) } : {};
}

/** The state of a step according to its job. */
export const stepViewOf = (child: Job, now: number): JobStepView => ({
  status: shownStatus(child, now),
  job_id: child.id,
  created_at: child.created_at,
  ...earlierAttempts(child),
  ...defined({ started_at: child.started_at, finished_at: child.finished_at, error: child.error }),
  ...(isList(child) && { for_each: countsIn(child) }),
});

/**
 * The current states of a feature's steps by `sequence.step`, in the order of `found`, the run's definition. The progress of a feature that has not
 * ended is not enough for that, since the feature looks at an open step only when the step has ended. A job of another type has
 * none.
 */
export async function stepsShown(
  services: Pick<Services, "blobs" | "jobs" | "runLogs">,
  job: Job,
  found: Pick<CatalogEvent, "definition" | "target"> | undefined,
  now: number,
): Promise<Steps | undefined> {
  if (job.type !== "feature") return undefined;
  const code = await codeProgressOf(services, job);
  if (code) return currentSteps(services, recordedSteps(await codeSteps(services, job, code)), now, isFinished(job));
  // The blob is gone if the feature has made another decision since its item was read.
  const decided = recordedSteps(((job.progress && (await loadIfThere(services.blobs, job.progress))) ?? {}) as Steps);
  const known = await currentSteps(services, decided, now, isFinished(job));
  const names = (found?.definition.graph?.(found.target) ?? []).map(({ step }) => step);
  // A step that was added to the catalog after the feature completed was never part of it.
  const unknown: StepView | undefined = job.status === "completed" ? undefined : { status: "not_started" };
  const ordered = names.map((name) => [name, known[name] ?? unknown] as const);
  return { ...Object.fromEntries(ordered.flatMap(([name, step]) => (step ? [[name, step]] : []))), ...known };
}

/** The limit of DynamoDB's BatchGetItem. */
const mostAtOnce = 100;

/**
 * Updates the steps that were open at the last decision from their jobs. A step whose job is gone keeps the state that the feature
 * knew; once the feature has ended, it is shown as cancelled, since the feature makes no further decision.
 */
async function currentSteps({ jobs }: Pick<Services, "jobs">, decided: Steps, now: number, isOver: boolean) {
  const open = Object.entries(decided).flatMap(([name, { undo, ...step }]) => [
    ...openJob(step).map((job_id) => ({ name, job_id, isUndo: false })),
    ...openJob(undo).map((job_id) => ({ name, job_id, isUndo: true })),
  ]);
  const shown: Steps = { ...decided };
  const show = (name: string, isUndo: boolean, state: Partial<JobStepView>) => {
    const { undo, ...step } = shown[name] as StepView;
    const isDone = { ...step, ...(undo && { undo }) };
    shown[name] = isUndo ? { ...step, undo: { ...undo, ...state } as JobStepView } : { ...isDone, ...state };
  };
  if (isOver) for (const { name, isUndo } of open) show(name, isUndo, { status: "cancelled" });
  for (let from = 0; from < open.length; from += mostAtOnce) {
    const some = open.slice(from, from + mostAtOnce);
    const children = await jobs.getMany(some.map(({ job_id }) => job_id));
    for (const { name, job_id, isUndo } of some) {
      const child = children.find(({ id }) => id === job_id);
      if (child) show(name, isUndo, { ...stepViewOf(child, now), ...(await currentCounts({ jobs }, child)) });
    }
  }
  return shown;
}

const openJob = (state: Pick<StepView, "job_id" | "finished_at"> | undefined): string[] =>
  state?.job_id !== undefined && state.finished_at === undefined ? [state.job_id] : [];
