import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Annotations, type Stack } from "aws-cdk-lib/core";
import type { Access } from "../../lambdas/core/catalog/access.ts";
import { arnOf, deployedArn } from "./arn.ts";
import type { Capability } from "./capability.ts";
import { patternsOf } from "./shared-starts.ts";

/**
 * The most resources of the catalog that a role lists one by one. The ten managed policies that a role may have by default take some 400,
 * as the CDK reckons, and all roles together have to fit into a template of 1 MB.
 */
export const mostListed = 250;

/** A statement of a role's policy, with ARNs as `arnOf` makes them. */
interface Statement {
  actions: readonly string[];
  conditions: Record<string, Record<string, string | string[]>>;
  reason: string | undefined;
  arns: readonly string[];
}

/**
 * What job types ask of AWS for the targets of the catalog, as grants in a stack: exact, as long as a role can list the resources, and
 * by how their names begin where there are more.
 */
export function accessGrants(stack: Stack, whose: string, access: readonly Access[]): Capability[] {
  const listed = joinValues(access.filter((one) => "resources" in one).flatMap((one) => listedBy(stack, one)));
  // Only the end of an ARN is a name, and only resources under the same conditions may share a pattern.
  const alike = Object.values(
    Object.groupBy(listed, ({ arns: [arn = ""], ...rest }) => JSON.stringify([rest, headOf(arn)])),
  )
    .filter((some) => some !== undefined)
    .map((some) => ({ ...(some[0] as Statement), arns: some.flatMap(({ arns }) => arns) }));
  const patterns = patternsOf(
    alike.map(({ arns }) => arns.map((arn) => arn.slice(headOf(arn).length))),
    mostListed,
  );
  const grants = alike.flatMap((statement, i) => grantedBy(statement, patterns[i] ?? []));
  const [names, granted] = [new Set(listed.flatMap(({ arns }) => arns)).size, patterns.flat().length];
  if (granted < names)
    Annotations.of(stack).addInfo(
      `The catalog names ${names} resources for ${whose}, more than the ${mostListed} that a role lists: they are granted by ${granted} patterns of their names (docs/operations/quotas.md#many-products).`,
    );
  return [...grants.toSorted((one, other) => rankOf(one) - rankOf(other)), ...excluding(stack, access)];
}

/** The most values of a condition, so that the CDK can divide what is granted under conditions among policies. */
const mostValues = 50;

/** Statements that differ in what their only condition compares with, such as the sender of e-mails, as one with several values. */
function joinValues(statements: readonly Statement[]): Statement[] {
  const groups = Object.groupBy(statements, ({ conditions, ...rest }) =>
    JSON.stringify([rest, comparison(conditions)?.key ?? conditions]),
  );
  return Object.values(groups).flatMap((some = []) => {
    const [first] = some as [Statement];
    const { key } = comparison(first.conditions) ?? {};
    if (key === undefined) return [first];
    const values = [...new Set(some.flatMap(({ conditions }) => comparison(conditions)?.value ?? []))];
    return chunksOf(values, mostValues).map((part) => ({
      ...first,
      conditions: { StringEquals: { [key]: part.length === 1 ? (part[0] ?? "") : part } },
    }));
  });
}

/** The key and value of conditions that are nothing but `StringEquals` with one key. */
function comparison({ StringEquals = {}, ...others }: Statement["conditions"]) {
  const [only, ...more] = Object.entries(StringEquals);
  if (only === undefined || more.length + Object.keys(others).length > 0) return undefined;
  return { key: only[0], value: only[1] };
}

const chunksOf = <T>(all: readonly T[], length: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length));

/** Exact grants first, then those with wildcards; else in the order of the catalog. */
const rankOf = ({ because }: Capability): number => (because === undefined ? 0 : 1);

/** A statement for each resource. */
const listedBy = (stack: Stack, one: Access & { resources: Resources }): Statement[] =>
  arnsOf(stack, one.resources).map((arn) => ({
    actions: one.actions,
    conditions: conditionsOf(stack, one),
    reason: one.reason,
    arns: [arn],
  }));

type Resources = Extract<Access, { resources: unknown }>["resources"];

const arnsOf = (stack: Stack, resources: Resources): string[] =>
  resources.map((arn) => (typeof arn === "string" ? arn : arnOf(stack, arn)));

/** `arn:<partition>:<service>:<region>:<account>:`. */
const headOf = (arn: string): string => arn.match(/^(?:(?:\$\{[^}]*\}|[^:])*:){5}/)?.[0] ?? "";

const conditionsOf = ({ account }: Stack, { conditions, ownAccountOnly }: Access): Statement["conditions"] => ({
  ...conditions,
  ...(ownAccountOnly && { StringEquals: { ...conditions?.StringEquals, "aws:ResourceAccount": account } }),
});

/** Ten resources a statement: only apps with the flag `minimizePolicies` have the CDK join statements, and it divides none. */
function grantedBy({ actions, conditions, reason, arns }: Statement, patterns: readonly string[]): Capability[] {
  const head = headOf(arns[0] ?? "");
  const named = new Set(arns);
  const [listed, shared] = [true, false].map((exact) =>
    patterns.map((pattern) => `${head}${pattern}`).filter((arn) => named.has(arn) === exact),
  );
  const granted = (all: readonly string[] = [], because: string | undefined): Capability[] =>
    chunksOf(all, 10).map((some) => ({
      statement: new PolicyStatement({ actions: [...actions], resources: some.map(deployedArn), conditions }),
      ...(because !== undefined && { because }),
    }));
  return [...granted(listed, reason), ...granted(shared, reason ?? byStarts)];
}

const byStarts = "The catalog names more resources than a role can list: those whose names begin like some of them.";

/** What is granted by exclusion, for things without an ARN. */
const excluding = (stack: Stack, access: readonly Access[]): Capability[] =>
  [...new Map(access.map((one) => [JSON.stringify(one), one])).values()].flatMap((one) =>
    "notResources" in one
      ? [
          {
            statement: new PolicyStatement({
              actions: [...one.actions],
              notResources: arnsOf(stack, one.notResources).map(deployedArn),
              conditions: conditionsOf(stack, one),
            }),
            ...(one.reason !== undefined && { because: one.reason }),
          },
        ]
      : [],
  );
