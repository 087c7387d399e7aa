import { history } from "./history.ts";

const histories = 150;

/** A sample of what `npm run simulate -- --histories N` runs at length. */
it(`keeps the invariants in ${histories} histories`, async () => {
  for (let seed = 1; seed <= histories; seed++) {
    const { violations } = await history(seed);
    if (violations.length === 0) continue;
    const { trace } = await history(seed, { traced: true });
    throw new Error([...trace.slice(-40), `seed ${seed}`, ...violations].join("\n"));
  }
}, 120_000);

it("a seed reproduces its history exactly, whatever ran before it", async () => {
  const { trace } = await history(7, { traced: true });
  expect(trace.length).toBeGreaterThan(100);
  await history(8);
  expect((await history(7, { traced: true })).trace).toEqual(trace);
});
