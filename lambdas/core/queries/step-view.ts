import type * as z from "zod";
import { isFinished, type Job, shownStatus } from "../job/job.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { Services } from "../operations/services.ts";
import { given } from "../schema/given.ts";
import type { StepSchema } from "./schemas/job.ts";

/** How far a step of a feature is. */
export type StepView = z.infer<ReturnType<typeof StepSchema>>;

type Steps = Record<string, StepView>;

/** A step as its job has it. */
export const stepViewOf = (child: Job, now: number): StepView => ({
  status: shownStatus(child, now),
  job_id: child.id,
  ...given({ started_at: child.started_at, finished_at: child.finished_at, error: child.error }),
});

/**
 * The steps of a feature by `sequence.step`, in the order of the catalog and as they are: while it goes on, too, since it looks
 * at a step that waits or runs only once that has ended. A job of another type has none.
 */
export async function stepsShown(services: Pick<Services, "blobs" | "jobs" | "catalog">, job: Job, now: number) {
  if (job.type !== "feature") return undefined;
  // Nothing is there where the feature has made another decision since its item was read: that takes this one's away.
  const decided = ((job.progress && (await loadIfThere(services.blobs, job.progress))) ?? {}) as Steps;
  const known = await currentSteps(services, decided, now, isFinished(job));
  const found = services.catalog.lookup(job.product, job.event);
  const names = found?.definition.stepNames?.(found.target) ?? [];
  // What the catalog has had added since a feature completed was never a step of it.
  const unknown: StepView | undefined = job.status === "completed" ? undefined : { status: "not_started" };
  const ordered = names.map((name) => [name, known[name] ?? unknown] as const);
  return { ...Object.fromEntries(ordered.flatMap(([name, step]) => (step ? [[name, step]] : []))), ...known };
}

/** DynamoDB reads no more at once. */
const mostAtOnce = 100;

/**
 * What was open at the last decision, as its job has it now. Where the job is gone, it is what the feature knew of it while the
 * feature goes on; once that is over nobody decides any more, and the step ends without it.
 */
async function currentSteps({ jobs }: Pick<Services, "jobs">, decided: Steps, now: number, isOver: boolean) {
  const open = Object.entries(decided).flatMap(([name, { job_id, finished_at }]) =>
    job_id !== undefined && finished_at === undefined ? [{ name, job_id }] : [],
  );
  const shown: Steps = { ...decided };
  if (isOver) for (const { name } of open) shown[name] = { ...decided[name], status: "cancelled" };
  for (let from = 0; from < open.length; from += mostAtOnce) {
    const some = open.slice(from, from + mostAtOnce);
    const children = await jobs.getMany(some.map(({ job_id }) => job_id));
    for (const { name, job_id } of some) {
      const child = children.find(({ id }) => id === job_id);
      if (child) shown[name] = stepViewOf(child, now);
    }
  }
  return shown;
}
