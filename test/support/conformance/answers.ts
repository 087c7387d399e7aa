import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { KeptAnswer } from "../../../lambdas/core/job/provider-answer.ts";
import type { Answers } from "../../../lambdas/core/ports/answers.ts";
import { noon } from "../builders.ts";

const answerOf = (job_id: string, attempt: number, more: Partial<KeptAnswer> = {}): KeptAnswer => ({
  job_id,
  created_at: noon,
  run: 1,
  attempt,
  at: noon + attempt,
  status: 500,
  headers: { "content-type": "text/plain" },
  body: `no. ${attempt}`,
  ...more,
});

/** What every store of answers does, in memory and on DynamoDB alike. */
export function describeAnswers(
  name: string,
  make: () => Promise<{ answers: Answers; stop?: () => Promise<void> }>,
): void {
  describe(`${name} as Answers`, () => {
    let made: { answers: Answers; stop?: () => Promise<void> };
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    const put = (answer: KeptAnswer) =>
      made.answers.put(answer, { isFirst: answer.attempt === 1, until: noon + 86_400_000 });
    const attemptsOf = async (id: string, run = 1) => (await made.answers.of(id, run)).map(({ attempt }) => attempt);

    test("has none of a job that never failed", async () => {
      expect(await made.answers.of("job_none", 1)).toEqual([]);
      await made.answers.remove("job_none");
    });

    test("keeps the first and the last one of each run, and no other", async () => {
      for (const attempt of [1, 2, 3]) await put(answerOf("job_a", attempt));
      await put(answerOf("job_a", 1, { run: 2 }));
      expect(await made.answers.of("job_a", 1)).toEqual([answerOf("job_a", 1), answerOf("job_a", 3)]);
      expect(await attemptsOf("job_a", 2)).toEqual([1]);
    });

    test("keeps the later one where an earlier one comes late", async () => {
      await put(answerOf("job_b", 4));
      await put(answerOf("job_b", 3));
      expect(await attemptsOf("job_b")).toEqual([4]);
    });

    test("keeps that of the job which has the id now", async () => {
      await put(answerOf("job_c", 7));
      await put(answerOf("job_c", 2, { created_at: noon + 1 }));
      expect(await attemptsOf("job_c")).toEqual([2]);
    });

    test("gives back what was kept, whatever it has in it", async () => {
      const answer = answerOf("job_d", 1, { body: "\u0000 🧾 \u2028 <script>", headers: { __proto: "x" }, cut: true });
      await put(answer);
      expect(await made.answers.of("job_d", 1)).toEqual([answer]);
    });

    test("forgets all of a job, and none of another one", async () => {
      await put(answerOf("job_e", 1));
      await put(answerOf("job_e", 2, { run: 9 }));
      await put(answerOf("job_f", 1));
      await made.answers.remove("job_e");
      expect([await attemptsOf("job_e"), await attemptsOf("job_e", 9), await attemptsOf("job_f")]).toEqual([
        [],
        [],
        [1],
      ]);
    });
  });
}
