import { seeded } from "../../../../lambdas/code/feature/random.ts";
import {
  handlerOf,
  played,
  replayed,
  type Statement,
  sequences,
  statements,
} from "../../../support/code/random-handlers.ts";
import { fc } from "../../../support/properties.ts";

const kills = fc.record({ seed: fc.string({ maxLength: 8 }), often: fc.constantFrom(0.1, 0.5, 1) });
const cancels = fc.option(fc.constantFrom(5, 15, 1000), { nil: undefined, freq: 4 });

/** Dies at some of the places that it is asked about, at most so often that the run gets on. */
function dying({ seed, often }: { seed: string; often: number }, most = 60): () => boolean {
  const random = seeded(seed);
  let left = most;
  return () => left > 0 && random() < often && left-- > 0;
}

/** All but the stacks, which name the place of the test too. */
const outcomeOf = ({ end, log, state, jobs }: Awaited<ReturnType<typeof played>>): Record<string, unknown> =>
  JSON.parse(JSON.stringify({ end, log, state, jobs }, (name, value) => (name === "stack" ? undefined : value)));

// As many as a unit test may take, and no search for the smallest failure: `RUNS=10000 node test/jest.mjs unit --testPathPatterns random-handlers`.
const { RUNS } = process.env;
const searched = { numRuns: Number(RUNS ?? 100), endOnFailure: RUNS === undefined };

describe("a handler of any form", () => {
  const ends = (block: Statement[], cancelAfter: number | undefined) => played(handlerOf(block), {}, { cancelAfter });

  it("ends, waits for something named, or is parked with a reason; and nothing is begun with its end", async () => {
    const all = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(statements, cancels, async (block, cancelAfter) => {
        let last: unknown;
        const watch = (_: unknown, answer: unknown) => {
          last = answer;
        };
        const { end } = await played(handlerOf(block), { watch }, { cancelAfter });
        all.set(end.is, (all.get(end.is) ?? 0) + 1);
        expect(["completed", "failed", "rolled_back", "cancelled"]).toContain(end.is);
        expect(last).toMatchObject({ commands: [], ran: [] });
      }),
      searched,
    );
    // The handlers are such that all of this happens.
    expect([...all.keys()].sort()).toEqual(["cancelled", "completed", "failed", "rolled_back"]);
  });

  it("sees the same in the same order, wherever its process dies", async () => {
    await fc.assert(
      fc.asyncProperty(statements, cancels, kills, async (block, cancelAfter, kill) => {
        const whole = await ends(block, cancelAfter);
        const killed = await played(handlerOf(block), { diesBefore: dying(kill, 1000) }, { cancelAfter });
        expect(outcomeOf(killed)).toEqual(outcomeOf(whole));
      }),
      searched,
    );
  });

  // Where several things are open, the death of the engine may change which is first.
  it("ends alike, wherever the engine dies, if it does one thing after the other", async () => {
    await fc.assert(
      fc.asyncProperty(sequences, cancels, kills, async (block, cancelAfter, kill) => {
        const whole = await ends(block, cancelAfter);
        const killed = await played(handlerOf(block), { diesAt: dying(kill), redeliveryMs: 0 }, { cancelAfter });
        const { log: _, ...outcome } = outcomeOf(whole);
        expect(outcomeOf(killed)).toMatchObject(outcome);
        const keys = (one: typeof whole) => one.log.map(({ k, e }) => `${k} ${e}`).sort();
        expect(keys(killed)).toEqual(keys(whole));
      }),
      searched,
    );
  });

  it("has one job a key, and a log that each replay agrees with, also where the time goes on while the engine is dead", async () => {
    await fc.assert(
      fc.asyncProperty(statements, cancels, kills, async (block, cancelAfter, kill) => {
        const diesAt = dying(kill);
        const { end, log, jobs, engine } = await played(
          handlerOf(block),
          { diesAt, diesBefore: diesAt },
          { cancelAfter },
        );
        expect(end.is).not.toBe("parked");
        expect(new Set(jobs.map(({ key }) => key)).size).toBe(jobs.length);
        const taken = log.flatMap(({ e, id }) => (e === "signal" ? [id] : []));
        expect(new Set(taken).size).toBe(taken.length);
        expect(await replayed(handlerOf(block), engine, log)).toMatchObject({ outcome: end });
        for (let at = 0; at < log.length; at += 1 + Math.floor(log.length / 5))
          expect(await replayed(handlerOf(block), engine, log.slice(0, at))).not.toHaveProperty("fault");
      }),
      searched,
    );
  });
});
