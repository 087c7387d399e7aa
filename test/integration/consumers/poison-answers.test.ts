import { type ProviderName, providers } from "../../support/executors/providers.ts";
import { bodies, wires } from "../../support/poison/answers.ts";
import type { Outcome } from "../../support/poison/batch.ts";
import { inProcess } from "../../support/poison/in-process.ts";

/**
 * What a provider may answer to one job of a batch, whatever it means by it: the process must live, that job ends, and each of the
 * others is done once. bad-things.test.ts says what becomes of answers that providers really give.
 */
const count = 1 + 3 * Object.keys(bodies).length + Object.keys(wires).length;

test.each(Object.keys(providers) as ProviderName[])(
  "no answer of %s ends the process or touches another job",
  async (name) => {
    const ended = await inProcess("providers.ts", name);
    const [last] = ended.said.splice(-1);
    const said = ended.said as { which: string; outcomes: Outcome[]; requests: number }[];
    expect({ code: ended.code, errors: ended.errors, last }).toEqual({
      code: 0,
      errors: "",
      last: "alive",
    });
    expect(said).toHaveLength(count);
    const usual = said.find(({ which }) => which === "none")?.requests ?? 0;
    for (const { which, outcomes, requests } of said) {
      const done = outcomes.filter(({ status }) => status === "completed");
      const others = outcomes.filter(({ status }) => status !== "completed");
      expect({ which, done: done.length }).toEqual({ which, done: outcomes.length - others.length });
      expect(others.length).toBeLessThanOrEqual(1);
      for (const { status, code } of others)
        expect([status, code]).toEqual(["failed", expect.not.stringMatching("CRASHED")]);
      for (const { attempts } of outcomes) expect(attempts).toBe(1);
      // One more for an answer that leads to another place.
      expect({ which, isUsual: Math.abs(requests - usual) <= 1 }).toEqual({ which, isUsual: true });
    }
  },
  120_000,
);
