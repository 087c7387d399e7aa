import { requestedWait } from "../../../lambdas/api/parse-query.ts";

describe("waitOf", () => {
  it.each([
    ["wait=5", 5],
    ["respond-async, wait=10", 10],
    ["respond-async,wait=10, handling=lenient", 10],
    ['return=minimal; note="a, b", wait=4', 4],
    ['wait="7"', 7],
    ["WAIT=3; foo", 3],
    ["wait = 6", 6],
    ["wait=5, wait=10", 5],
    ["wait=600", 25],
    ["wait=31536000", 25],
    [`wait=${"9".repeat(400)}`, 25],
    ["respond-async", 0],
    ["wait=0", 0],
    ["wait=-1", 0],
    ["wait=1.5", 0],
    ["wait=soon", 0],
    ["wait", 0],
    ["await=5", 0],
    ['note="x, wait=5"', 0],
    ["return=minimal; wait=5", 0],
    [",,,", 0],
    ["", 0],
  ])("takes Prefer: %s as %i s", (prefer, seconds) => {
    const headers = seconds > 0 ? { "preference-applied": `wait=${seconds}` } : {};
    expect(requestedWait({ query: {}, headers: { prefer } })).toEqual({ seconds, headers });
  });

  it("reads a long header in linear time", () => {
    for (const prefer of [
      ",".repeat(8000),
      `x="${"a,".repeat(4000)}`,
      "x;".repeat(4000),
      " ".repeat(8000),
      `a${" ".repeat(8000)}b`,
      `a;${" ".repeat(8000)}"`,
      `a=${" ".repeat(8000)}"`,
    ]) {
      const began = performance.now();
      expect(requestedWait({ query: {}, headers: { prefer } }).seconds).toBe(0);
      expect(performance.now() - began).toBeLessThan(200);
    }
  });

  it("takes ?wait=N, which wins over the header", () => {
    expect(requestedWait({ query: { wait: "25" }, headers: { prefer: "wait=5" } })).toEqual({
      seconds: 25,
      headers: {},
    });
    for (const wait of ["26", "-1", "1.5", "x", "", "1,2", "+5", " 5", "0x5", "1e1", "١"]) {
      expect(() => requestedWait({ query: { wait }, headers: {} })).toThrow("The query is not valid.");
    }
  });
});
