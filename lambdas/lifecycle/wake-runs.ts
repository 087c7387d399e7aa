import type { JobChange } from "../aws/lambda/stream-handler.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { type Waking, wakeWaiters } from "../core/operations/send-signal.ts";
import { type EmitServices, firstToRepeat } from "./emit.ts";

/**
 * Wakes the runs that wait for the messages of a batch: the sender may have died before it did. One that it has woken is over with its wait
 * by now, as a rule, and what cannot be sent the sender has most likely sent. Returns the first batch index that has to be redelivered.
 */
export function wakeRuns(
  services: Waking & Pick<EmitServices, "recentlySent">,
  changes: readonly JobChange[],
): Promise<number> {
  const { recentlySent, log } = services;
  const sent = changes
    .flatMap(({ signal, id = crypto.randomUUID() }, batchIndex) =>
      signal ? [{ ...signal, batchIndex, key: `${id} wake` }] : [],
    )
    .filter(({ key }) => !recentlySent.has(key));
  return firstToRepeat(
    sent,
    async ({ address, wake, key }) => {
      await wakeWaiters(services, address, wake);
      recentlySent.add(key);
    },
    (_sent, error) => log.error("the runs that wait for a message could not be woken", traceOf(error)),
  );
}
