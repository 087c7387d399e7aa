import { isKnownOperation, isOver, lostAfter } from "../core/job/operation.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { inParallel } from "../core/kernel/in-parallel.ts";
import { sendTurn } from "../core/operations/begin-operation.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import type { OpenOperation } from "../core/ports/operations.ts";

const atOnce = 10;
/** A place of an operation that was never stored is freed after so long: its request is over by then. */
const unstoredMs = 300_000;

/**
 * Sends the messages of operations that were lost: with the process that worked on a turn, or before they were sent. And it frees the places
 * of those that are over. Where none is open it makes one call. Returns how many could not be looked after: the next round does it again.
 */
export async function askOperations(
  services: Pick<ReconcilerServices, "operations" | "turns" | "clock" | "log">,
): Promise<number> {
  const { operations, log } = services;
  let failed = 0;
  let open: OpenOperation[] = [];
  try {
    open = await operations.open();
  } catch (error) {
    failed++;
    log.error("the operations that are not over could not be read", traceOf(error));
  }
  await inParallel(atOnce, open, async (one) => {
    try {
      await lookAfterOperation(services, one);
    } catch (error) {
      failed++;
      log.error("an operation could not be looked after", { operation: one.id, ...traceOf(error) });
    }
  });
  return failed;
}

async function lookAfterOperation(
  services: Pick<ReconcilerServices, "operations" | "turns" | "clock" | "log">,
  open: OpenOperation,
): Promise<void> {
  const { operations, clock } = services;
  const now = clock.now();
  const operation = await operations.get(open.id);
  if (!operation) return now - open.at >= unstoredMs ? operations.leave(open) : undefined;
  if (isOver(operation)) return operations.leave(open);
  if (!isKnownOperation(operation)) return;
  const at = lostAfter(operation);
  if (at !== undefined && now >= at) await sendTurn(services, operation);
}
