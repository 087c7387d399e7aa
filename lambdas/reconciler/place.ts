import { traceOf } from "../core/kernel/errors.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import type { RoundPlace } from "../core/ports/round-places.ts";
import type { RoundMemory } from "./memory.ts";

type Keeping = Pick<ReconcilerServices, "roundPlaces" | "log">;

/** How often a long round notes how far it has come, in milliseconds. A process that dies loses no more than this. */
export const keptEveryMs = 5000;

/**
 * Reads how far the process before has come, and notes that another one begins there: if this one dies before it gets any further,
 * the next begins behind what may have killed it. A process does this once.
 */
export async function takePlace({ roundPlaces, log }: Keeping, memory: RoundMemory): Promise<void> {
  if (memory.place) return;
  try {
    const place = (await roundPlaces.get()) ?? { tries: 0 };
    memory.place = place;
    await roundPlaces.put({ ...place, tries: place.tries + 1 });
    memory.place = { ...place, tries: place.tries + 1 };
  } catch (error) {
    memory.place ??= { tries: 0 };
    log.error("how far the last round has come could not be read or noted", traceOf(error));
  }
}

/** Notes how far this round has come. A round that gets through the catalog in one go has nothing to note. */
export async function keepPlace(
  { roundPlaces, log }: Keeping,
  memory: RoundMemory,
  reached: Partial<RoundPlace>,
): Promise<void> {
  const before = memory.place;
  const next: RoundPlace = { tries: 0, ...before, ...reached };
  memory.place = next;
  if (JSON.stringify(next) === JSON.stringify(before)) return;
  try {
    await roundPlaces.put(next);
  } catch (error) {
    log.error("how far this round has come could not be noted", traceOf(error));
  }
}
