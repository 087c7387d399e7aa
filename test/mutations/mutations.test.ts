import { execFile } from "node:child_process";
import { mutations } from "./mutations.ts";

/** What the reporter prints of a mutation. */
interface Outcome {
  mutation: number;
  failed: number;
  message?: string;
}

const outcomes = new Map<number, Outcome>();

beforeAll(async () => {
  const jest = ["node_modules/jest/bin/jest.js", "--config", "test/mutations/jest.config.js"];
  const printed = await new Promise<string>((resolve) => {
    // Its exit code says that tests failed, as they must.
    execFile(process.execPath, jest, (_error, stdout) => resolve(stdout));
  });
  for (const line of printed.split("\n").filter((one) => one.startsWith("{"))) {
    const outcome = JSON.parse(line) as Outcome;
    outcomes.set(outcome.mutation, outcome);
  }
}, 600_000);

it.each(mutations.map((mutation, i) => ({ ...mutation, i })))("$test notices $replace in $file", ({ i }) => {
  expect(outcomes.get(i)).toEqual({ mutation: i, failed: expect.any(Number) });
  expect(outcomes.get(i)?.failed).toBeGreaterThan(0);
});
