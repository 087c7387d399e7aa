import { CliError } from "../../../packages/ductape-jobs/src/cli/exit-code.ts";
import { exitCodeOf } from "../../../packages/ductape-jobs/src/cli/fault-text.ts";

const named = (name: string, more: object = {}) => Object.assign(new Error("why"), { name, ...more });

it.each([
  ["a mistake in the command's arguments", new CliError("why"), 2],
  ["a configuration that the client refuses", named("ConfigurationError"), 2],
  ["an answer of the API", named("DuctapeError", { status: 500 }), 3],
  ["a request that the client refuses before it is sent", named("InvalidRequestError", { code: "INVALID_REQUEST" }), 3],
  ["an API that cannot be reached", named("ConnectionError"), 4],
  ["an answer that is not the API's", named("DuctapeError", { status: 200, code: "UNEXPECTED_ANSWER" }), 4],
  ["a bug", new TypeError("why"), 1],
])("the exit code of %s", (_what, error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});
