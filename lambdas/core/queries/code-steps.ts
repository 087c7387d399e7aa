import type * as z from "zod";
import type { GraphStep } from "../catalog/job-type.ts";
import { type CodeProgress, isCodeProgress, type ParkedBy } from "../job/code-progress.ts";
import { cancelKey } from "../job/decide-messages.ts";
import { isFinished, type Job } from "../job/job.ts";
import { type KeptEntry, runLogOf } from "../job/run-log.ts";
import { defined } from "../kernel/defined.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { Services } from "../operations/services.ts";
import { redact } from "./redact.ts";
import type { StepSchema } from "./schemas/progress.ts";

type StepView = z.infer<typeof StepSchema>;

type Reading = Pick<Services, "blobs" | "runLogs">;

/** What a run of code keeps with its job. Undefined of any other job, and of a run that no decision has recorded yet. */
export async function codeProgressOf(
  { blobs }: Reading,
  job: Job,
): Promise<CodeProgress<StepView>["code"] | undefined> {
  if (job.code_since === undefined || !job.progress) return undefined;
  const progress = await loadIfThere(blobs, job.progress);
  return isCodeProgress<StepView>(progress) ? progress.code : undefined;
}

/** What a run of code has done, from its log, in the order in which it was seen, and then what is open as its last decision knew it. */
export async function codeSteps(
  { runLogs }: Reading,
  job: Job,
  code: CodeProgress["code"],
): Promise<Record<string, StepView>> {
  const log = await runLogs.read(runLogOf({ ...job, attempt: code.attempt }, code.part), 0);
  const ended = log.flatMap((entry) => (entry.k === cancelKey ? [] : [[entry.k, endedStep(entry)] as const]));
  const open = Object.entries(code.open as Record<string, StepView & { c: string; f: string }>);
  const shown = open.map(([key, { c: _kind, f: _asked, ...state }]) => [key, state] as const);
  return Object.fromEntries([...ended, ...shown]);
}

const endedStep = ({ e, at, job, as = {}, ...entry }: KeptEntry): StepView => ({
  status: e === "failed" ? "failed" : e === "closed" ? "cancelled" : "completed",
  finished_at: at,
  ...defined({ job_id: job, thrown: e === "failed" ? thrownBy(entry) : undefined }),
  ...(e === "done" && job === undefined && returnedBy(entry)),
  ...as,
});

/** What own code has returned, if it stands in the log: what is larger is among the blobs of the run. */
const returnedBy = ({ c, value }: Pick<KeptEntry, "c" | "value">): Pick<StepView, "returned"> =>
  c === "step" && value && "v" in value ? { returned: value.v } : {};

/** What own code has thrown, in its own words. What a job has failed with, its own page says. */
function thrownBy({ c, error }: Pick<KeptEntry, "c" | "error">): StepView["thrown"] {
  if (c !== "step" || !error) return undefined;
  const { code, name = code, message, stack } = error;
  return { name, message, ...defined({ stack }) };
}

/**
 * How the steps of a run of code followed each other: each came after the one that had ended last when it began. Nobody knows which are to
 * come.
 */
export function codeGraph(steps: Record<string, StepView>): GraphStep[] {
  const before: { key: string; at: number }[] = [];
  return Object.entries(steps).map(([key, step]) => {
    const begun = step.started_at ?? step.finished_at ?? Number.POSITIVE_INFINITY;
    const last = before.findLast(({ at }) => at <= begun);
    if (step.finished_at !== undefined) before.push({ key, at: step.finished_at });
    return {
      ...{ step: key, sequence: "run", conditional: false, depends_on: last ? [last.key] : [] },
      ...defined({ waits_for: graphWaitOf(step) }),
    };
  });
}

function graphWaitOf({ approval, waits_for, until }: StepView): GraphStep["waits_for"] {
  if (approval) return { approval: true };
  if (waits_for) return { signals: waits_for.map(({ signal }) => signal) };
  return until === undefined ? undefined : { time: true };
}

/** What the handler has set for all to see, without what its event hides, and why its run is parked. One that has ended is not, whatever it was before. */
export function codeShown(code: CodeProgress["code"], job: Job, hidden: readonly string[] = []) {
  const { id, bundle, ending } = job;
  const { state } = code;
  const parked = isFinished(job) ? undefined : code.parked;
  const { stack: _stack, ...why } = parked ?? {};
  const advice =
    parked &&
    adviceOn(parked.code, { isUndoing: (code.in_vain ?? ending) !== undefined, hasCode: bundle !== undefined, id });
  return {
    ...(state && { state: redact(state, hidden).value as Record<string, unknown> }),
    ...(parked && { parked: { ...(why as Omit<typeof parked, "stack">), ...defined({ advice }) } }),
  };
}

/** What of a parked run's reasons is a fault of its handler: other code mends it, and nothing else. */
const faultsOfHandler: ReadonlySet<ParkedBy["code"]> = new Set([
  "NON_DETERMINISTIC",
  "OUTSIDE_STEP",
  "NO_PROGRESS",
  "TOO_MANY_STEPS",
  "DUPLICATE_KEY",
  "TOO_LARGE",
]);

/** What mends a parked run. Undefined where its message says that. */
function adviceOn(
  code: ParkedBy["code"],
  { isUndoing, hasCode, id }: { isUndoing: boolean; hasCode: boolean; id: string },
): string | undefined {
  if (!faultsOfHandler.has(code)) return undefined;
  if (!hasCode) return "Mend its code and deploy that: the run goes on by it within two minutes.";
  if (isUndoing)
    return `Its steps are being undone, and no other code can do that. End it by force (\`ductape-jobs jobs cancel ${id} --force\`), and undo the rest by hand.`;
  return `The run keeps its code. Mend that, deploy it, and move the run to it: \`ductape-jobs jobs migrate ${id}\`.`;
}
