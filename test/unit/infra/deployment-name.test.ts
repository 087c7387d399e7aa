import { App, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { codePrefix, idContext, uniqueName } from "../../../infra/constructs/deployment-name.ts";

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

describe("physical names that are cut", () => {
  const stackName = "acme-commerce-platform-background-jobs-eu-production";
  /** The start of the name, before the part of the stack's id that only the deployment knows. */
  const nameOf = (stack: Stack, id: string): string => {
    const jobs = new Construct(stack, id);
    jobs.node.setContext(idContext, id);
    return uniqueName(new Construct(jobs, "State")).replace(/-\$\{.*$/, "");
  };

  test("differ between the deployments of a stack, of which the earlier one keeps its name", () => {
    const stack = new Stack(new App(), "Stack", { stackName });
    const names = ["Orders", "Mails", "Reports"].map((id) => nameOf(stack, id));
    expect(names[0]).toBe(stackName.slice(0, 51));
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(51);
  });

  test("are not changed where they differ already", () => {
    const stack = new Stack(new App(), "Stack", { stackName: "team" });
    expect(["Orders", "Mails"].map((id) => nameOf(stack, id))).toEqual(["team-Orders", "team-Mails"]);
  });
});
