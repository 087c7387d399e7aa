import { inspect } from "node:util";
import { withSafeErrors } from "../../../../lambdas/aws/lambda/with-safe-errors.ts";
import { fakeLog } from "../../../support/fakes/log.ts";

test("withSafeErrors logs an error by its trace and throws it without its message", async () => {
  const log = fakeLog();
  const failing = withSafeErrors(log, async () => {
    throw Object.assign(new TypeError("could not use s3cret"), { code: "EFAIL", config: "s3cret" });
  });
  const error = await failing.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(log.lines).toMatchObject([{ level: "error", fields: { error_name: "TypeError", error_code: "EFAIL" } }]);
  expect(inspect([error, log.lines])).not.toContain("s3cret");
});

test("withSafeErrors returns the result of successful work", async () => {
  expect(await withSafeErrors(fakeLog(), async () => 7)).toBe(7);
});
