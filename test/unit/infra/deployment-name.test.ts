import { App, Stack } from "aws-cdk-lib/core";
import { codePrefix } from "../../../infra/constructs/deployment-name.ts";

const prefixIn = (stackName: string): string => codePrefix(new Stack(new App(), "Stack", { stackName }));

describe("what the names of functions with code begin with", () => {
  test("is the name of the deployment", () => {
    expect(prefixIn("shop-prd")).toBe("shop-prd");
  });

  test("differs between stacks whose long names differ at their ends only", () => {
    const names = ["dev", "prd"].map((env) => prefixIn(`acme-commerce-platform-background-jobs-eu-${env}`));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^acme-commerce-platform-backgrou-[0-9a-f]{8}$/);
  });
});
