import { endedPause, isHolding, type Pause, pauseId } from "../job/pause.ts";
import { RequestError } from "../kernel/request-error.ts";
import { type PauseWanted, pauseNotFound } from "../requests/pause-request.ts";
import type { Services } from "./services.ts";

/** All consumers read all of them every few seconds, so there are few: a caller that needs more pauses a product as a whole. */
export const mostPauses = 100;
/** The reconciler may write a pause at the same time. */
const rounds = 5;

type Changing = Pick<Services, "pauses" | "clock">;

/**
 * Pauses a scope. One that is paused already stays so, with the new reason, end and rate, so that the request is safe to repeat;
 * one whose last pause is still draining is paused again, and what has not started waits once more. `held` is the pause that it was.
 */
export async function startPause(
  services: Changing,
  wanted: PauseWanted,
  { by, dryRun = false }: { by: string; dryRun?: boolean },
): Promise<{ pause: Pause; isNew: boolean; held?: Pause }> {
  const id = pauseId(wanted);
  for (let round = 0; round < rounds; round++) {
    const now = services.clock.now();
    const all = await services.pauses.list();
    const before = all.find((one) => one.id === id);
    const isHeld = before !== undefined && isHolding(before, now);
    if (!before && all.length >= mostPauses) throw tooMany();
    const since = isHeld ? before.since : now;
    const pause: Pause = { id, ...wanted, by, since, version: (before?.version ?? 0) + 1 };
    if (dryRun || (await services.pauses.put(pause, before)) === "written")
      return { pause, isNew: !isHeld, ...(isHeld && { held: before }) };
  }
  throw changesTooFast();
}

/** Ends a pause. Throws PAUSE_NOT_FOUND. A dry run writes nothing. `isNew` is false for one that had ended before. `admit` throws for a caller who may not. */
export async function endPause(
  services: Changing,
  id: string,
  { admit, dryRun = false }: { admit: (pause: Pause) => void; dryRun?: boolean },
): Promise<{ pause: Pause; isNew: boolean; before?: Pause }> {
  for (let round = 0; round < rounds; round++) {
    const all = await services.pauses.list();
    const before = all.find((one) => one.id === id);
    if (!before) throw pauseNotFound();
    admit(before);
    const now = services.clock.now();
    if (!isHolding(before, now)) return { pause: before, isNew: false };
    const pause = endedPause(before, now);
    if (dryRun || (await services.pauses.put(pause, before)) === "written") return { pause, isNew: true, before };
  }
  throw changesTooFast();
}

const tooMany = () =>
  new RequestError(
    "STATE_CONFLICT",
    `There are ${mostPauses} pauses already. End some, or pause a product or an env as a whole.`,
  );

const changesTooFast = () =>
  new RequestError("UNAVAILABLE", "The pause changes too fast. Try again.", { retryAfterSeconds: 1 });
