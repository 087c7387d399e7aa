import { availableParallelism } from "node:os";
import { mutations } from "./all.ts";
import { type Caught, catchMutations } from "./run.ts";

describe("the code, broken in one place", () => {
  it("is caught by the simulation, wherever it is broken", async () => {
    const caught: Caught[] = [];
    const names = mutations.map(({ name }) => name);
    const threads = availableParallelism();
    const shares = Array.from({ length: threads }, (_, i) => names.filter((_name, place) => place % threads === i));
    await Promise.all(shares.map((names) => catchMutations({ names, most: 200 }, (one) => caught.push(one))));
    expect(caught.filter(({ histories }) => histories === undefined).map(({ name }) => name)).toEqual([]);
    expect(caught).toHaveLength(names.length);
  }, 600_000);
});
