import { mutations } from "./all.ts";
import { mutated, sourceOf } from "./mutation.ts";
import { type Caught, catchMutations } from "./run.ts";

describe("the code, broken in one place", () => {
  it.each(mutations)("can still be broken so: $name", (mutation) => {
    expect(() => mutated(sourceOf(mutation), mutation)).not.toThrow();
  });

  it("is caught by the simulation, whichever place it is", async () => {
    const caught: Caught[] = [];
    const names = mutations.map(({ name }) => name);
    await catchMutations({ names, most: 200 }, (one) => caught.push(one));
    expect(caught.filter(({ histories }) => histories === undefined).map(({ name }) => name)).toEqual([]);
    expect(caught).toHaveLength(names.length);
  }, 300_000);
});
