import { expect, test } from "@jest/globals";
import { unseenFailure } from "../../../dashboard/src/api/unseen-failure.ts";
import { ConflictError } from "../../../sdk/src/errors.ts";

test("a change that has failed unseen is said with its code, and with the first line of its message only", () => {
  const error = new ConflictError("STATE_CONFLICT", "The job is running: it cannot be deleted.\nAsk again.");
  const said = "The change that you asked for last has failed.";
  expect(unseenFailure(error)).toBe(`${said} STATE_CONFLICT: The job is running: it cannot be deleted.`);
  expect(unseenFailure(new TypeError("Failed to fetch"))).toBe(`${said} Failed to fetch`);
});
