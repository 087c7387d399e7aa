import { Template } from "aws-cdk-lib/assertions";
import { CfnQueue } from "aws-cdk-lib/aws-sqs";
import { mostListed } from "../../infra/grants/access-grants.ts";
import { addJobs } from "../../infra/jobs-app.ts";
import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";
import { secret } from "../../lambdas/core/catalog/references.ts";
import { myProduct } from "../../products/my-product.ts";
import { expectPoliciesToFit, functionOf, linesOfEntry, resourcesOf, synthesize, testApp } from "./synth.ts";

/** Copies of the demo's product, each with separate targets and without its own code, for which each product has a Lambda function. */
const copies = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const product = JSON.parse(JSON.stringify(myProduct).replaceAll("my-product", `shop-${i}`));
    for (const [name, job] of Object.entries<{ function?: string; feature?: string }>(product.jobs)) {
      const [section, entry = ""] = job.feature ? [product.features, job.feature] : [product.functions, job.function];
      if (section[entry]?.code === undefined) continue;
      delete section[entry];
      delete product.jobs[name];
    }
    return product;
  });

/** As CloudFormation receives it. */
const bytesOf = (template: Template) => JSON.stringify(template.toJSON(), undefined, 1).length;

const managedPoliciesPerRole = (template: Template): number[] => {
  const roles = resourcesOf(template, "AWS::IAM::ManagedPolicy").flatMap(({ Properties }) => Properties.Roles);
  return Object.values(Object.groupBy(roles, ({ Ref }: { Ref: string }) => Ref)).map((all) => all?.length ?? 0);
};

const secretsOf = (template: Template, entry: string): string[] =>
  linesOfEntry(template, entry).flatMap(
    (line) => /^secretsmanager:GetSecretValue .*:secret:(.*)$/.exec(line)?.[1] ?? [],
  );
const opens = (patterns: string[], name: string) =>
  patterns.some((pattern) => {
    const source = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, (char) =>
      char === "*" ? ".*" : char === "?" ? "." : `\\${char}`,
    );
    return new RegExp(`^${source}$`).test(`${name}-AbCdEf`);
  });

/** A product that sends e-mails through SES in the name of so many. */
const senderOf = (count: number) => {
  const from = (i: number) => ({
    envs: { dev: { email: { provider: "ses" as const, from: `orders@shop-${i}.example` } } },
    messages: {},
  });
  const notifications = Object.fromEntries(Array.from({ length: count }, (_, i) => [`customers_${i}`, from(i)]));
  return [defineProduct({ tag: "p", envs: ["dev"], jobs: {}, notifications })];
};

describe("a thousand products of the demo's size", () => {
  const { service } = synthesize({}, copies(1000));

  test("have no way in for hooks, of which the demo has none", () => {
    const routes = resourcesOf(service, "AWS::ApiGatewayV2::Route").map(({ Properties }) => Properties.RouteKey);
    expect(routes.filter((route) => route.includes("/hooks/"))).toEqual([]);
    expect(() => functionOf(service, "hooks")).toThrow("0 functions");
    const [stage] = resourcesOf(service, "AWS::ApiGatewayV2::Stage");
    expect(stage?.Properties).not.toHaveProperty("RouteSettings");
  });

  test("are within what CloudFormation accepts", () => {
    const [bytes, resources] = [bytesOf(service), Object.keys(service.toJSON().Resources).length];
    console.log(
      `1,000 products: ${bytes} bytes, ${resources} resources, ${Math.max(...managedPoliciesPerRole(service))} managed policies`,
    );
    expect(bytes).toBeLessThan(900_000);
    expect(resources).toBeLessThan(300);
  });

  test("need no more managed policies than a role may have by default", () => {
    expect(Math.max(...managedPoliciesPerRole(service))).toBeLessThanOrEqual(10);
    expectPoliciesToFit(service);
  });

  test("are granted by how their names begin, and nothing else is", () => {
    const patterns = secretsOf(service, "consumers/action");
    for (let i = 0; i < 1000; i++) expect([i, opens(patterns, `shop-${i}/shop`)]).toEqual([i, true]);
    for (const other of ["other/shop", "shopping/key", "shop"])
      expect([other, opens(patterns, other)]).toEqual([other, false]);
    expect(patterns.length).toBeGreaterThan(50);
  });
});

test("an app without the CDK's flag that joins statements has no more policies", () => {
  const unjoined = { "@aws-cdk/aws-iam:minimizePolicies": false };
  const { service } = synthesize(unjoined, copies(100));
  expect(Math.max(...managedPoliciesPerRole(service))).toBeLessThanOrEqual(10);
  expectPoliciesToFit(service);
});

test("many senders of e-mails fit into the policies of a role", () => {
  const { service } = synthesize({}, senderOf(1000));
  const lines = linesOfEntry(service, "consumers/notification").filter((line) => line.startsWith("ses:SendEmail"));
  const senders = lines.flatMap((line) => line.split(" if ses:FromAddress = ")[1]?.split(", ") ?? []);
  expectPoliciesToFit(service);
  expect(new Set(senders)).toEqual(new Set(Array.from({ length: 1000 }, (_, i) => `orders@shop-${i}.example`)));
  expect(Math.max(...managedPoliciesPerRole(service))).toBeLessThanOrEqual(10);
});

describe("the synthesis fails and says what to do where CloudFormation would", () => {
  const withOthers = (count: number, description = "") => {
    const { service } = addJobs(testApp(), copies(1));
    for (let i = 0; i < count; i++) new CfnQueue(service, `Q${i}`, { queueName: `${i}${description}` });
    return () => Template.fromStack(service);
  };

  test("refuse the number of resources of a stack", () => {
    expect(withOthers(320)).toThrow(
      /Service has \d{3} resources, and CloudFormation allows 500: give DuctapeJobs a stack/,
    );
  });

  test("refuse the size of the template", () => {
    expect(withOthers(1, "x".repeat(1_000_000))).toThrow(/has 1\d{6} bytes, and CloudFormation allows 1000000/);
  });

  test("refuse the number of managed policies of a role", () => {
    expect(() => synthesize({}, senderOf(6000))).toThrow(
      /Consumer-notification.*needs \d+ managed policies for what the catalog names, and IAM allows 20/,
    );
  });
});

test("a catalog with more names than a role lists gets a warning at synthesis", () => {
  const apps = Object.fromEntries(
    Array.from({ length: mostListed + 1 }, (_, i) => [
      `app-${i}`,
      {
        envs: { dev: { base_url: "https://a.example", auth: { type: "bearer" as const, token: secret(`jobs/${i}`) } } },
        actions: {},
      },
    ]),
  );
  const { service } = addJobs(testApp(), [defineProduct({ tag: "p", envs: ["dev"], jobs: {}, apps })]);
  Template.fromStack(service);
  const said = service.node.metadata.map(({ data }) => String(data));
  expect(
    said.filter((text) => text.startsWith(`The catalog names ${mostListed + 1} resources for action jobs`)),
  ).toHaveLength(1);
});
