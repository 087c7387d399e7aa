import type { Job, Stored } from "../../lambdas/core/job/job.ts";
import { stepJobId } from "../../lambdas/core/job/job-id.ts";
import { runSince } from "../../lambdas/core/job/run-wait.ts";
import type { Hardship } from "./hardship.ts";
import { type Kept, type Ledger, nameOf } from "./ledger.ts";
import { orderEvent } from "./product.ts";
import type { Write } from "./write.ts";

/** Of two ways behind a wait, a run goes one: what it has decided stands before it is acted on. */
export function goesOneWay({ observer }: Ledger, { before, after, peek }: Write) {
  const { parent } = after;
  const feature = parent && peek(parent.message.job_id);
  if (before || !parent || feature?.event !== orderEvent) return;
  const other = { "main.yes": "main.no", "main.no": "main.yes" }[parent.step];
  if (other && peek(stepJobId({ ...feature, run: parent.message.run }, other)))
    observer.violated("waits", `${nameOf(feature)} goes both ways: ${other} and ${parent.step}`);
}

interface WaitShown {
  status: string;
  until?: number;
  started_at?: number;
  finished_at?: number;
  received?: { id: string; at: number };
  timed_out?: true;
}

interface Ended {
  system: { jobs: { all(): Job[] }; load(stored: Stored): unknown };
  ledger: Ledger;
  hardship: Hardship;
  isPeaceful: boolean;
}

/** How late a run may go on where nothing breaks, in milliseconds: a decision, and whoever comes before it. */
const soonMs = 10_000;

/** What must hold of the waits of the runs that have ended by themselves. */
export function waitsAreWhole({ system, ledger: { observer, signals }, hardship, isPeaceful }: Ended) {
  for (const job of system.jobs.all()) {
    if (job.event !== orderEvent || !job.progress || (job.status !== "completed" && job.status !== "failed")) continue;
    const steps = system.load(job.progress) as Record<string, WaitShown>;
    const { order } = system.load(job.input) as { order: string };
    const waits = [steps["main.money"], steps["main.more"]].filter((one) => one !== undefined);
    const taken = waits.flatMap(({ received }) => (received ? [received.id] : []));
    const violated = (what: string) => observer.violated("waits", `${nameOf(job)} ${what}`);
    if (new Set(taken).size < taken.length) violated(`has taken the message ${taken[0]} twice`);
    const latest = isPeaceful ? soonMs + hardship.patience : Number.POSITIVE_INFINITY;
    for (const { until = 0, started_at = 0, finished_at = 0, received, timed_out } of waits) {
      const came = received && Math.max(received.at, started_at);
      if (came !== undefined && finished_at - came > latest) violated("has taken a message long after it had come");
      if (finished_at - until > latest) violated("has ended a wait long after its time");
      if (!timed_out) continue;
      observer.cover("a wait times out");
      if (finished_at < until) violated("has timed out too early");
      const isFor = ({ address: { to } }: Kept) => ("key" in to ? to.key === order : to.job_id === job.id);
      const missed = signals.find(
        (one) =>
          isFor(one) && one.at >= runSince(job) && one.written < until - 2 * hardship.skew && !taken.includes(one.id),
      );
      if (missed) violated(`has timed out although the message ${missed.id} had come`);
    }
  }
}
