import { PermanentError } from "../errors.ts";
import type { DeadLetter, DeadLetters } from "../ports/outbound-ports.ts";
import type { Log } from "../ports/ports.ts";

export interface SetAsideServices {
  deadLetters: DeadLetters;
  log: Log;
}

/**
 * Keeps what AWS will never take among the dead letters, so that nothing waits for it. Answers the places of those letters
 * that were not kept for now: they have to come again. A letter that is itself refused for good is lost, and the log says so.
 */
export async function setAside(
  { deadLetters, log }: SetAsideServices,
  letters: readonly DeadLetter[],
): Promise<ReadonlySet<number>> {
  if (letters.length === 0) return new Set();
  const refused = await deadLetters.keep(letters);
  const [lost, again] = [true, false].map(
    (is) => new Set(refused.filter(({ cause }) => cause instanceof PermanentError === is).map(({ index }) => index)),
  ) as [Set<number>, Set<number>];
  for (const [index, { code, about }] of letters.entries()) {
    if (again.has(index)) continue;
    const message = lost.has(index)
      ? "refused for good, as a dead letter too: it is lost"
      : "refused for good; set aside";
    log.error(message, { ...about, code });
  }
  if (again.size > 0) log.error("dead letters were not taken; they will be sent again", { count: again.size });
  const count = letters.length - again.size;
  if (count > 0) log.measure("set aside", { values: { set_aside: count } });
  return again;
}
