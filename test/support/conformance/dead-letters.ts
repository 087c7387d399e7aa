import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { DeadLetter, DeadLetters } from "../../../lambdas/core/ports/dead-letters.ts";

export interface DeadLettersUnderTest {
  deadLetters: DeadLetters;
  /** The letters that were added since the last call. */
  kept: () => Promise<Omit<DeadLetter, "logFields">[]>;
  stop?: () => Promise<void>;
}

const letter = (body: unknown, more: Partial<DeadLetter> = {}): DeadLetter => ({
  body,
  code: "InvalidMessageContents",
  detail: "SQS will never take it: InvalidMessageContents",
  logFields: { job_id: "job_1" },
  ...more,
});

/** What every store of dead letters does, in memory and on SQS alike. */
export function describeDeadLetters(name: string, make: () => Promise<DeadLettersUnderTest>): void {
  describe(`${name} as DeadLetters`, () => {
    let made: DeadLettersUnderTest;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("each letter is kept whole, with its reason", async () => {
      const letters = [
        letter({ kind: "outcome", tokens: ["t"] }),
        letter("text", { code: "TypeError", detail: "No." }),
      ];
      expect(await made.deadLetters.keep(letters)).toEqual([]);
      const wanted = letters.map(({ logFields: _, ...rest }) => expect.objectContaining(rest));
      expect(await made.kept()).toEqual(expect.arrayContaining(wanted));
    });

    test("a letter may have content that no message may have", async () => {
      const { logFields: _, ...rest } = letter({ labels: ["\uffff \ufffe \ud800 \u0000"] });
      expect(await made.deadLetters.keep([letter(rest.body)])).toEqual([]);
      expect(await made.kept()).toEqual([expect.objectContaining(rest)]);
    });

    test("one call keeps any number of letters, including none", async () => {
      expect(await made.deadLetters.keep([])).toEqual([]);
      expect(await made.deadLetters.keep(Array.from({ length: 12 }, (_, n) => letter(n)))).toEqual([]);
      const numbers = [...(await made.kept()), ...(await made.kept())].map(({ body }) => body as number);
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n));
    });
  });
}
