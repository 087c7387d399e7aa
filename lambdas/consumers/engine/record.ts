import { calendarsOf } from "../../core/catalog/calendars.ts";
import type { Job } from "../../core/job/job.ts";
import { continued, isRunOver } from "../../core/job/series.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { AttemptPolicy, Recorded, Transition } from "./attempt-policy.ts";
import { once, type Repeating } from "./while-claimed.ts";

/**
 * Writes what became of a job as long as the claim is still this consumer's; of a recurring job, the run that ended goes
 * to the archive first. A pause changes the item of a running job and leaves the claim: the transition is then applied to
 * the changed job. Undefined if the claim was lost. `repeating` says how long what AWS refuses for now is repeated.
 */
export async function recordOutcome(
  services: ConsumerServices,
  claimed: Job,
  transition: Transition,
  policy: AttemptPolicy,
  repeating: Repeating = once,
): Promise<Recorded | undefined> {
  const { jobs } = services;
  const read = () => repeating(() => jobs.get(claimed.id));
  let before: Job | undefined = claimed;
  for (; before?.claim_id === claimed.claim_id && before; before = await read()) {
    const ended = transition(before);
    const calendars = calendarsOf(services.catalog, ended.product);
    const series = isRunOver(ended) ? continued(ended, services.clock.now(), calendars) : undefined;
    if (series) await repeating(() => jobs.archive(series.run));
    const next = series?.next ?? ended;
    const writeId = crypto.randomUUID();
    if ((await repeating(() => jobs.replace(next, writeId))) === "replaced") return { claimed, before, ended, next };
  }
  services.log.warn("outcome discarded: the attempt was cancelled or taken over");
  // Only for a cancelled job: one that was taken over, or whose write took effect and lost its answer, goes on.
  if (before?.status === "cancelled" || isSuperseded(claimed, before))
    await policy.onCancelled(services, transition(claimed));
  return undefined;
}

/** Whether the next run has ended this one. If the series has moved on by this very write instead, its end leaves no step open. */
const isSuperseded = ({ run, repeat }: Job, now: Job | undefined): boolean =>
  repeat?.overlap === "cancel_previous" && now !== undefined && now.run > run;
