import { PermanentError } from "../../../lambdas/core/kernel/errors.ts";
import type { DeadLetter, DeadLetters } from "../../../lambdas/core/ports/dead-letters.ts";
import type { Refused } from "../../../lambdas/core/ports/refused.ts";

export interface FakeDeadLetters extends DeadLetters {
  /** What was kept, in order. */
  kept: DeadLetter[];
  /** Whether a letter is refused temporarily. */
  refuses: (letter: DeadLetter) => boolean;
  /** Whether a letter is refused permanently. */
  refusesForGood: (letter: DeadLetter) => boolean;
}

/** Dead letters in memory. */
export function fakeDeadLetters(): FakeDeadLetters {
  const letters: FakeDeadLetters = {
    kept: [],
    refuses: () => false,
    refusesForGood: () => false,
    async keep(all) {
      const refused: Refused[] = [];
      for (const [index, letter] of all.entries()) {
        if (letters.refusesForGood(letter)) {
          refused.push({ index, cause: new PermanentError("InvalidMessageContents", "the queue never takes it") });
        } else if (letters.refuses(letter)) refused.push({ index, cause: new Error("the queue refuses it") });
        else letters.kept.push(structuredClone(letter));
      }
      return refused;
    },
  };
  return letters;
}
