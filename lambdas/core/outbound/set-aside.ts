import { PermanentError } from "../kernel/errors.ts";
import type { DeadLetter, DeadLetters } from "../ports/dead-letters.ts";
import type { Log } from "../ports/log.ts";

export interface DeadLetterServices {
  deadLetters: DeadLetters;
  log: Log;
}

/**
 * Keeps what AWS refused permanently as dead letters, so that nothing waits for it. Returns the indexes of the letters that
 * could not be kept for now and have to be redelivered. A letter that is itself refused permanently is lost, and logged.
 */
export async function setAside(
  { deadLetters, log }: DeadLetterServices,
  letters: readonly DeadLetter[],
): Promise<ReadonlySet<number>> {
  if (letters.length === 0) return new Set();
  const refused = await deadLetters.keep(letters);
  const [lost, again] = [true, false].map(
    (is) => new Set(refused.filter(({ cause }) => cause instanceof PermanentError === is).map(({ index }) => index)),
  ) as [Set<number>, Set<number>];
  for (const [index, { code, logFields }] of letters.entries()) {
    if (again.has(index)) continue;
    const message = lost.has(index)
      ? "refused permanently, also as a dead letter: it is lost"
      : "refused permanently; set aside";
    log.error(message, { ...logFields, code });
  }
  if (again.size > 0) log.error("dead letters were not taken; they will be sent again", { count: again.size });
  const count = letters.length - again.size;
  if (count > 0) log.measure("set aside", { values: { set_aside: count } });
  return again;
}
