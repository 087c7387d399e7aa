import type { JobChange } from "../aws/lambda/stream-handler.ts";
import { TransientError, traceOf } from "../core/kernel/errors.ts";
import { inParallel } from "../core/kernel/in-parallel.ts";
import { type Waking, wakeWaiters } from "../core/operations/send-signal.ts";
import { nothingFailed } from "./emit.ts";

const atOnce = 10;

/**
 * Wakes the runs that wait for the messages of a batch: the sender may have died before it did. One that it has woken is over with its wait
 * by now, as a rule. Returns the first batch index that has to be redelivered.
 */
export async function wakeRuns(services: Waking, changes: readonly JobChange[]): Promise<number> {
  const sent = changes.flatMap(({ signal }, batchIndex) => (signal ? [{ ...signal, batchIndex }] : []));
  const failed = await inParallel(atOnce, sent, async ({ address, wake, batchIndex }) => {
    try {
      await wakeWaiters(services, address, wake);
      return nothingFailed;
    } catch (error) {
      services.log.error("the runs that wait for a message could not be woken", traceOf(error));
      // What cannot be sent must not hold up all that is written behind it: the sender has most likely woken them.
      return error instanceof TransientError ? batchIndex : nothingFailed;
    }
  });
  return Math.min(nothingFailed, ...failed);
}
