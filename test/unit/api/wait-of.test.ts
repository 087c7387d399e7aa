import { waitOf } from "../../../lambdas/api/wait-of.ts";

describe("waitOf", () => {
  it.each([
    ["wait=5", 5],
    ["respond-async, wait=10", 10],
    ['wait="7"', 7],
    ["WAIT=3; foo", 3],
    ["wait=600", 25],
    ["wait=soon", 0],
    ["await=5", 0],
    ["", 0],
  ])("takes Prefer: %s as %i s", (prefer, seconds) => {
    expect(waitOf({ query: {}, headers: { prefer } })).toEqual({ seconds, preferred: seconds > 0 });
  });

  it("takes ?wait=N, which wins and must make sense", () => {
    expect(waitOf({ query: { wait: "25" }, headers: { prefer: "wait=5" } })).toEqual({ seconds: 25, preferred: false });
    for (const wait of ["26", "-1", "1.5", "x", ""]) {
      expect(() => waitOf({ query: { wait }, headers: {} })).toThrow("The query is not valid.");
    }
  });
});
