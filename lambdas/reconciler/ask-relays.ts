import type { RelayMessage } from "../core/job/relay-message.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { inParallel } from "../core/kernel/in-parallel.ts";
import { sentAheadMs } from "../core/operations/relay.ts";
import type { Services } from "../core/operations/services.ts";
import type { MessageQueue } from "../core/ports/job-queue.ts";
import { refusedBy } from "../core/ports/refused.ts";
import { keptShards } from "../core/ports/unscheduled.ts";
import type { RoundMemory } from "./memory.ts";

/** How long relays work, in milliseconds: until shortly before the next round asks again, so that two rarely send the same. */
const relayMs = 55_000;

/**
 * Asks the relay to send the messages that EventBridge Scheduler did not take, in each shard that has some for jobs which are due
 * within 20 minutes. Every shard is worked on by itself, and nothing waits for it here. Returns how many shards could not be read
 * or asked for: the next round does it again.
 */
export async function askRelays(
  services: Pick<Services, "unscheduled" | "clock" | "log">,
  relays: MessageQueue<RelayMessage>,
  memory: RoundMemory,
): Promise<number> {
  const { unscheduled, clock, log } = services;
  const now = clock.now();
  if (now < (memory.relaysUntil ?? 0)) return 0;
  let failed = 0;
  const until = now + relayMs;
  const shards = Array.from({ length: keptShards }, (_, shard) => shard);
  const filled = await inParallel(keptShards, shards, async (shard) => {
    try {
      const { kept } = await unscheduled.page({ shard, until: now + sentAheadMs, limit: 1 });
      return kept.length > 0;
    } catch (error) {
      failed++;
      log.error("kept messages could not be read", { shard, ...traceOf(error) });
      return false;
    }
  });
  const entries = shards
    .filter((shard) => filled[shard])
    .map((shard) => ({ message: { v: 1 as const, shard, until }, group: `shard-${shard}`, delaySeconds: 0 }));
  if (entries.length === 0) return failed;
  const refused = await refusedBy(entries.length, () => relays.sendMany(entries));
  for (const { index, cause } of refused)
    log.error("a relay could not be asked for", { shard: entries[index]?.message.shard, ...traceOf(cause) });
  if (refused.length === 0) memory.relaysUntil = until;
  return failed + refused.length;
}
