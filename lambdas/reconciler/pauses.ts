import type { Tenant } from "../core/access/tenants.ts";
import type { Job } from "../core/job/job.ts";
import { endedPause, isHolding, isLeftToPause, type Pause, pauseEndOf } from "../core/job/pause.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { drainPause } from "../core/operations/drain-pause.ts";
import type { Services } from "../core/operations/services.ts";

/** Drains share this much of a round, in milliseconds, so that the overdue jobs of others have the rest. */
const drainMs = 15_000;

/** What the reconciler knows of the pauses during a round. */
export interface RoundPauses {
  /** Whether nothing of a tenant may start, so that there is nothing to look for. */
  holdsAll(tenant: Tenant): boolean;
  /** Whether a job waits for a pause, or for its turn after one: it gets no message from the reconciler. */
  leaves(job: Job): boolean;
  /** All of them, and those that have ended and whose jobs are still starting. */
  all: readonly Pause[];
  measured: PausesMeasured;
}

interface PausesMeasured {
  /** How long the oldest pause without an end has lasted, in milliseconds; 0 if there is none. */
  pause_age_ms: number;
  /** How many jobs of pauses that have ended were sent. */
  drained: number;
  failed: number;
}

/**
 * Ends the pauses whose time is over, and sends the next jobs of all that have ended. Where the pauses cannot be read, the round
 * goes on without them: what it sends too much is dropped by the consumers, which read the pauses themselves.
 */
export async function handlePauses(services: Services): Promise<RoundPauses> {
  const measured: PausesMeasured = { pause_age_ms: 0, drained: 0, failed: 0 };
  const { pauses, clock, log } = services;
  let all: Pause[] = [];
  try {
    all = await pauses.list();
  } catch (error) {
    measured.failed++;
    log.error("the pauses could not be read", traceOf(error));
  }
  const now = clock.now();
  const holding = all.filter((pause) => isHolding(pause, now));
  const endless = holding.filter(({ until }) => until === undefined);
  measured.pause_age_ms = Math.max(0, ...endless.map(({ since }) => now - since));
  const over = all.filter((pause) => !isHolding(pause, now));
  await Promise.all(over.map((pause) => drainOne(services, pause, { measured, end: now + drainMs })));
  return {
    holdsAll: ({ product, env }) =>
      holding.some(
        (one) =>
          one.product === product && (one.env ?? env) === env && one.event === undefined && one.limit === undefined,
      ),
    all,
    leaves: (job) => isLeftToPause(all, job, clock.now()),
    measured,
  };
}

async function drainOne(
  services: Services,
  pause: Pause,
  { measured, end }: { measured: PausesMeasured; end: number },
): Promise<void> {
  try {
    const begun = await endedInStore(services, pause);
    if (!begun) return;
    const { sent, failed } = await drainPause(services, begun, { end });
    measured.drained += sent;
    measured.failed += failed;
  } catch (error) {
    measured.failed++;
    services.log.error("a pause that has ended could not be drained", { pause: pause.id, ...traceOf(error) });
  }
}

/** A pause that ended by itself is recorded as ended, so that its end stays the same. Undefined if it has changed. */
async function endedInStore({ pauses, clock }: Services, pause: Pause): Promise<Pause | undefined> {
  if (pause.ended_at !== undefined) return pause;
  const next = endedPause(pause, pauseEndOf(pause, clock.now()) ?? clock.now());
  return (await pauses.put(next, pause)) === "written" ? next : undefined;
}
