import { history } from "./history.ts";

const histories = 150;

/** A sample of what `npm run simulate -- --histories N` runs at length. */
it(`keeps the invariants in ${histories} histories`, async () => {
  for (let seed = 1; seed <= histories; seed++) {
    const { violations, trace } = await history(seed);
    if (violations.length > 0) throw new Error([...trace.slice(-40), `seed ${seed}`, ...violations].join("\n"));
  }
}, 120_000);

it("a seed reproduces its history exactly", async () => {
  expect((await history(7)).trace).toEqual((await history(7)).trace);
});

/** Seeds that have found a bug once; each says which. */
it.each([
  [145, "a decision that is out of time counted as a failed attempt, and its steps woke an attempt that was over"],
  [495, "a claim whose answer took long left too little of its lease"],
  [8789, "resume changed a job that had finished while its pause was pending"],
])("seed %i: %s", async (seed) => {
  expect((await history(seed)).violations).toEqual([]);
});
