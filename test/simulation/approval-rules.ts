import { type Approval, approvalIdOf } from "../../lambdas/core/job/approval.ts";
import { isFinished, type Job, type Stored } from "../../lambdas/core/job/job.ts";
import { stepJobId } from "../../lambdas/core/job/job-id.ts";
import type { Hardship } from "./hardship.ts";
import { type Ledger, nameOf } from "./ledger.ts";
import { consentEvent, recipients } from "./product.ts";
import type { Write } from "./write.ts";

/** Behind a decision, a run goes the way that was decided. */
export function goesAsDecided({ observer, decisions }: Ledger, { before, after, peek }: Write) {
  const { parent } = after;
  const feature = parent && peek(parent.message.job_id);
  if (before || !parent || feature?.event !== consentEvent) return;
  const other = { "main.yes": "main.no", "main.no": "main.yes" }[parent.step];
  if (!other) return;
  if (peek(stepJobId({ ...feature, run: parent.message.run }, other)))
    observer.violated("approvals", `${nameOf(feature)} goes both ways: ${other} and ${parent.step}`);
  // A retry asks anew, unless its run had gone on already.
  const made = decisions.get(openedBy(feature, feature)?.id ?? "");
  const step = made && { approve: "main.yes", reject: "main.no" }[made.choice];
  if (step !== undefined && step !== parent.step)
    observer.violated("approvals", `${nameOf(feature)} does ${parent.step}, and a person was told: ${made?.choice}`);
}

/** A job asks by a mark, which no stored input has the address of, and for an approval of its run. */
export function asksForItsRun({ observer, asked }: Ledger, { before, after, peek }: Write) {
  const { approval, parent } = after;
  if (before || !approval || !parent) return;
  const feature = peek(parent.message.job_id);
  const key = `${approval.id} ${approval.recipient}`;
  const other = asked.get(key);
  if (other !== undefined && other !== after.id && peek(other))
    observer.violated("approvals", `${nameOf(after)} asks a recipient a second time`);
  asked.set(key, after.id);
  const open = feature && openedBy(feature, parent.message);
  // A decision that has stood still may ask for what its run has begun anew since.
  if (open ? approval.id !== open.id : feature?.attempt === parent.message.attempt)
    observer.violated("approvals", `${nameOf(after)} asks for an approval of another run`);
}

/** The approval that a run has put down in this attempt. */
function openedBy(feature: Job, { run, attempt }: Pick<Job, "run" | "attempt">): { id: string } | undefined {
  const steps = feature.progress && "inline" in feature.progress ? feature.progress.inline : {};
  const { "main.decision": step } = steps as Record<string, DecisionShown>;
  const id = approvalIdOf({ ...feature, run, attempt }, "main.decision", step?.started_at);
  return step?.approval?.id === id ? { id } : undefined;
}

/** The recipients of an approval for whom there is no job that asks, nor has been one that was deleted. */
const unaskedOf = ({ asked, lifeOf }: Ledger, id: string, peek: (id: string) => Job | undefined): number[] =>
  Array.from({ length: recipients }, (_, recipient) => recipient).filter((recipient) => {
    const job = asked.get(`${id} ${recipient}`);
    return job === undefined || !(peek(job) || lifeOf(job).isDeleted || lifeOf(job).wasDeleted);
  });

/** A run that has put down that it has asked has done so. */
export function askedBeforeItSaysSo(ledger: Ledger, { after, peek }: Write) {
  if (after.event !== consentEvent || !after.progress || !("inline" in after.progress)) return;
  const { "main.decision": step } = after.progress.inline as Record<string, DecisionShown>;
  if (step?.status !== "waiting" || !step.asking || step.asking.asks) return;
  const unasked = unaskedOf(ledger, step.approval?.id ?? "", peek);
  if (unasked.length > 0)
    ledger.observer.violated("approvals", `${nameOf(after)} says that it has asked ${unasked}, and has not`);
}

interface DecisionShown {
  status: string;
  until?: number;
  started_at?: number;
  finished_at?: number;
  timed_out?: true;
  asking?: { asks?: unknown };
  approval?: { id: string; decision?: { choice: string; by?: string } };
}

interface Ended {
  system: { jobs: { all(): Job[]; peek(id: string): Job | undefined }; load(stored: Stored): unknown };
  ledger: Ledger;
  hardship: Hardship;
  isPeaceful: boolean;
  /** The approvals that are listed as open. */
  open: Approval[];
}

/** How late a run may go on where nothing breaks, in milliseconds: a decision, and whoever comes before it. */
const soonMs = 10_000;

/** What must hold of the approvals of the runs that have ended. */
export function approvalsAreWhole({ system, ledger, hardship, isPeaceful, open }: Ended) {
  const { observer, decisions } = ledger;
  for (const job of system.jobs.all()) {
    if (job.event !== consentEvent || !job.progress || !isFinished(job)) continue;
    const steps = system.load(job.progress) as Record<string, DecisionShown>;
    const step = steps["main.decision"];
    // A run that fails for another reason, as by crashes, takes no decision.
    if (!step?.approval || (step.status !== "completed" && !step.timed_out)) continue;
    const violated = (what: string) => observer.violated("approvals", `${nameOf(job)} ${what}`);
    const { id, decision } = step.approval;
    const told = decisions.get(id);
    const { until = 0, finished_at = 0, started_at = 0 } = step;
    if (told && (decision?.choice !== told.choice || decision.by !== told.by))
      violated(`shows the decision of ${decision?.by ?? "nobody"}, and ${told.by} was told that it counts`);
    const latest = isPeaceful ? soonMs + hardship.patience : Number.POSITIVE_INFINITY;
    if (finished_at - until > latest) violated("has ended an approval long after its time");
    if (told && finished_at - Math.max(told.told, started_at) > latest) violated("has gone on long after its decision");
    observer.cover(`an approval ${step.timed_out ? "times out" : "is decided"}`);
    if (step.timed_out && finished_at < until) violated("has timed out too early");
    // Where calls fail, its time may be over before it could ask.
    if (isPeaceful && unaskedOf(ledger, id, system.jobs.peek).length > 0) violated("has not asked everyone");
  }
  // If AWS refuses to close one, lists leave it out.
  if (!isPeaceful) return;
  for (const { id, job_id } of open) {
    const job = system.jobs.peek(job_id);
    if (job && isFinished(job)) observer.violated("approvals", `${id} of ${nameOf(job)} is still open`);
  }
}
