import { readFileSync } from "node:fs";
import { Template } from "aws-cdk-lib/assertions";
import { App, type AppProps } from "aws-cdk-lib/core";
import { flattenCfnReference } from "cdk-nag/lib/utils/flatten-cfn-reference.js";
import { addJobs } from "../../infra/jobs-app.ts";
import { products } from "../support/catalog/products.ts";

const cdkJson = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8")) as { context: object };

/** What takes long to make, and is in no template. */
const quick: AppProps = {
  analyticsReporting: false,
  treeMetadata: false,
  stackTraces: false,
  // options.cases.ts lets CloudFormation's rules judge the stacks that have every type of resource.
  builtinCloudFormationValidation: false,
};

/** An app with the flags of cdk.json; nothing is bundled, so that the tests do not need the handlers' dependencies. */
export const testApp = (settings: Record<string, unknown> = {}, options: AppProps = {}): App =>
  new App({
    context: {
      ...cdkJson.context,
      "aws:cdk:bundling-stacks": [],
      "aws:cdk:disable-creation-stack-traces": true,
      ...settings,
    },
    ...quick,
    ...options,
  });

export interface Synthesized {
  app: App;
  state: Template;
  service: Template;
}

export function synthesize(
  settings: Record<string, unknown> = {},
  catalog: readonly unknown[] = products,
  options: AppProps = {},
): Synthesized {
  return withoutFrames(() => {
    const app = testApp(settings, options);
    const stacks = addJobs(app, catalog);
    return { app, state: Template.fromStack(stacks.state), service: Template.fromStack(stacks.service) };
  });
}

/** The CDK notes where each rule was acknowledged, whatever its flags say, which takes a tenth of the time and is in no template. */
function withoutFrames<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The stacks without settings and with the demo's catalog, created once per test file. Nobody changes them. */
export const asItIs = (): Synthesized => {
  made ??= synthesize();
  return made;
};
let made: Synthesized | undefined;

export interface Resource {
  id: string;
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are data without a type
  Properties: any;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

export const resourcesOf = (template: Template, type: string): Resource[] =>
  Object.entries(template.findResources(type)).map(([id, resource]) => ({ id, ...resource }) as Resource);

/** A value of a template as one string: `<Queue.Arn>`, `arn:<AWS::Partition>:...`. */
export const flat = (value: unknown): string => flattenCfnReference(value);

/** The only function whose code is the given entry's. */
export function functionOf(service: Template, entry: string): Resource {
  const functions = resourcesOf(service, "AWS::Lambda::Function");
  const found = functions.filter((fn) => fn.Properties.Environment.Variables.SERVICE_NAME === entry);
  if (found.length !== 1) throw new Error(`${found.length} functions run ${entry}`);
  return found[0] as Resource;
}

export interface Permission {
  action: string;
  resource: string;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

export interface Statement {
  Action: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/** The CDK moves what does not fit into a role's own policy to managed policies. */
export const policiesOf = (service: Template): Resource[] =>
  ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].flatMap((type) => resourcesOf(service, type));

const statementsOf = (service: Template, roleId: string): Statement[] =>
  policiesOf(service)
    .filter((policy) => policy.Properties.Roles.some((role: { Ref: string }) => role.Ref === roleId))
    .flatMap((policy) => policy.Properties.PolicyDocument.Statement as Statement[]);

/**
 * Everything that a role may do, as pairs of one action and one resource; `not <resource>` for everything but that resource.
 */
const permissionsIn = ({ Action, Resource, NotResource }: Statement): Permission[] =>
  list(Action).flatMap((action) =>
    NotResource === undefined
      ? list(Resource).map((resource) => ({ action: String(action), resource: flat(resource) }))
      : list(NotResource).map((resource) => ({ action: String(action), resource: `not ${flat(resource)}` })),
  );

export const permissionsOf = (service: Template, roleId: string): Permission[] =>
  statementsOf(service, roleId).flatMap(permissionsIn);

/** The same as lines of text, with the condition of each: `sns:Publish <resource> if aws:X = y`. That items have keys goes without saying. */
export const linesOf = (service: Template, roleId: string): string[] =>
  statementsOf(service, roleId).flatMap((statement) => {
    const conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, test]) =>
      Object.entries(test).filter(([key]) => operator !== "Null" || !/^dynamodb:(LeadingKeys|Attributes)$/.test(key)),
    );
    const when = conditions.map(([key, value]) => ` if ${key} = ${list(value).map(flat).join(", ")}`).join("");
    return permissionsIn(statement).map(({ action, resource }) => `${action} ${resource}${when}`);
  });

export const linesOfEntry = (service: Template, entry: string): string[] =>
  linesOf(service, roleOf(functionOf(service, entry)));

export const roleOf = (fn: Resource): string => fn.Properties.Role["Fn::GetAtt"][0];

/** What the function of an entry may do. */
export const permissionsOfEntry = (service: Template, entry: string): Permission[] =>
  permissionsOf(service, roleOf(functionOf(service, entry)));

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length */
export function expectPoliciesToFit(service: Template): void {
  for (const { Type, Properties } of policiesOf(service))
    expect(lengthOf(Properties.PolicyDocument)).toBeLessThan(Type === "AWS::IAM::Policy" ? 10_240 : 6144);
}

/** The size of a policy as IAM receives it, with values of the greatest length. */
const lengthOf = (document: unknown): number =>
  JSON.stringify(document, (_, value) =>
    value?.["Fn::Join"] || value?.["Fn::Sub"] ? flat(value).replace(/<[^>]+>/g, "ap-southeast-1") : value,
  ).length;
