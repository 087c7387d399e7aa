import type { Template } from "aws-cdk-lib/assertions";
import { asItIs } from "./synth.ts";

/** Hashes of assets change with every line of a handler; what is deployed around them is what this test watches. */
const masked = (template: Template): unknown =>
  JSON.parse(JSON.stringify(template.toJSON()).replaceAll(/\b[0-9a-f]{64}\b/g, "<asset>"));

test.each(["state", "service"] as const)("the %s stack is the one that was reviewed", (stack) => {
  expect(masked(asItIs()[stack])).toMatchSnapshot();
});
