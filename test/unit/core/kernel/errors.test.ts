import { traceOf } from "../../../../lambdas/core/kernel/errors.ts";

it("the trace of an error has its name, its code and its frames", () => {
  const error = Object.assign(new RangeError("two\n    at lines"), { code: "E1" });
  expect(traceOf(error)).toEqual({
    error_name: "RangeError",
    error_code: "E1",
    frames: expect.arrayContaining([expect.stringMatching(/^at .*errors.test.ts/)]),
  });
  expect(traceOf("text")).toEqual({ error_name: "string" });
});

it.each([["name"], ["message"], ["stack"], ["code"]])(
  "an error can be logged whatever a client has put into its %s",
  (field) => {
    const value = JSON.parse(`${"[".repeat(9000)}${"]".repeat(9000)}`);
    const error = new Error("x");
    Object.defineProperty(error, field, { value });
    expect(JSON.stringify(traceOf(error)).length).toBeGreaterThan(10);
  },
);
