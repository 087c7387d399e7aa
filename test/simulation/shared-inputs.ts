import type { Job } from "../../lambdas/core/job/job.ts";
import { type Ledger, nameOf } from "./ledger.ts";
import type { System } from "./system.ts";

const numberOf = (system: System, job: Job): number => (system.load(job.input) as { body: { n: number } }).body.n;

/** Once everything has ended: each job ran with the last of its requests, and no request ran twice. */
export function sharedInputs(system: System, { observer, shared, lifeOf }: Ledger) {
  const ran = new Map<number, Job>();
  for (const job of system.jobs.all()) {
    if (!job.debounce || !system.isKept(job.input)) continue;
    const n = numberOf(system, job);
    // Without a key, a repetition is a request of its own.
    const last = shared.taken.findLast((asked) => asked.n === n && asked.job?.id === job.id);
    const other = ran.get(n);
    if (other && last?.isKeyed)
      observer.violated("shared", `request ${n} ran as ${nameOf(other)} and as ${nameOf(job)}`);
    ran.set(n, job);
    // Nor does anybody know when a repetition took effect that was not answered.
    if (!last?.isKeyed || last.ended === undefined || lifeOf(job.id).wasDeleted) continue;
    const { ended } = last;
    const later = shared.taken.find((asked) => asked.job?.id === job.id && asked.n !== n && asked.began > ended);
    if (later)
      observer.violated(
        "shared",
        `${nameOf(job)} ran with request ${n}, although ${later.n} was made after its answer`,
      );
  }
}
