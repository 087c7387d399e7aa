import type { JobChange } from "../aws/lambda/stream-handler.ts";
import { type Job, jobMessageOf } from "../core/job/job.ts";
import { openWaitsOf } from "../core/job/run-wait.ts";
import type { SignalAddress, Waiter } from "../core/job/signal.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { inParallel } from "../core/kernel/in-parallel.ts";
import type { Log } from "../core/ports/log.ts";
import type { Signals } from "../core/ports/signals.ts";

interface ForgettingWaits {
  signals: Pick<Signals, "leave">;
  log: Log;
}

const atOnce = 10;

/**
 * Deletes the notes that cancelled runs wait: no decision of theirs comes any more that would. Each signal to the address would read them, and
 * wake the run for nothing, until the time of the wait. Not those of runs that have failed: when that is retried, the step notes the same again.
 */
export async function forgetWaits({ signals, log }: ForgettingWaits, changes: readonly JobChange[]): Promise<void> {
  const left = changes.flatMap(({ before, after }) =>
    before?.status === "running" && after?.status === "cancelled" ? openWaiters(before) : [],
  );
  await inParallel(atOnce, left, async ({ address, waiter }) => {
    try {
      await signals.leave(address, waiter);
    } catch (error) {
      log.warn("a wait of a run that was cancelled is still noted", {
        job_id: waiter.message.job_id,
        ...traceOf(error),
      });
    }
  });
}

/** As far as its job has noted them: the first of many. */
function openWaiters(job: Job): { address: SignalAddress; waiter: Waiter }[] {
  const { product, env } = job;
  return openWaitsOf(job).flatMap(({ step, until, signals = [] }) =>
    signals.flatMap(({ signal, key }) =>
      key === undefined
        ? []
        : [{ address: { product, env, signal, to: { key } }, waiter: { message: jobMessageOf(job), step, until } }],
    ),
  );
}
