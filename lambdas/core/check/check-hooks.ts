import { makeCatalog, ownValue } from "../catalog/catalog.ts";
import type { Hook } from "../catalog/hook-schema.ts";
import { envsOfHook, hookConditions, hooksOf, secretsOf } from "../catalog/hooks.ts";
import type { Product, Registry } from "../catalog/job-type.ts";
import { signalsOf } from "../catalog/signals.ts";
import type { ValueReference } from "../expressions/expression.ts";
import { faultsBesideExpressions } from "../expressions/stand-ins.ts";
import { mentionsDollar } from "../expressions/template.ts";
import { catalogTemplateFaults, templateFaults, unreadReferences } from "../expressions/template-faults.ts";
import { valueFaults } from "../expressions/values.ts";
import type { Fault } from "../kernel/errors.ts";
import { fieldsFaults } from "../kernel/fields.ts";
import { isRecord } from "../kernel/json-values.ts";
import { didYouMean, jsonPointer } from "../kernel/schema.ts";

/** What `$Hook` has. */
const parts = ["body", "headers", "id", "digest"];

/** The faults of a product's hooks that a schema cannot find; pointers start with `prefix`. */
export const checkHooks = (product: Product, registry: Registry, prefix: PropertyKey[]): Fault[] =>
  Object.entries(hooksOf(product)).flatMap(([name, hook]) => {
    const at = jsonPointer([...prefix, "hooks", name]);
    const found = [
      ...secretFaults(product, hook),
      ...hookExpressionFaults(product, hook),
      ...("signal" in hook.to
        ? signalFaults(product, registry, hook.to)
        : hookEventFaults(product, registry, hook, hook.to)),
    ];
    return found.map(({ pointer, detail }) => ({ pointer: at + pointer, detail }));
  });

/** Without a secret in one of its envs, a hook would refuse all that comes there. */
function secretFaults(product: Product, hook: Hook): Fault[] {
  const { envs } = hook;
  const missing = 'has no secret: give one as secret("name#key"), in `verify` for all envs or in `envs` for one';
  if (envs === undefined)
    return secretsOf(hook, "").length > 0 && hook.verify.secret !== undefined
      ? []
      : [{ pointer: "/verify", detail: missing }];
  const unknown = Object.keys(envs).filter((env) => !product.envs.includes(env));
  const without = Object.keys(envs).filter(
    (env) => envs[env]?.secret === undefined && hook.verify.secret === undefined,
  );
  return [
    ...unknown.map((env) => ({
      pointer: jsonPointer(["envs", env]),
      detail: `the product has no such env.${didYouMean(env, product.envs)}`,
    })),
    ...without.map((env) => ({ pointer: jsonPointer(["envs", env]), detail: missing })),
  ];
}

function hookExpressionFaults(product: Product, hook: Hook): Fault[] {
  const envs = envsOfHook(product, hook);
  const check = (reference: ValueReference): string[] => hookReferenceFaults(reference, product, envs, hook);
  const beforeId = (reference: ValueReference): string[] =>
    reference.root === "Hook" && reference.path[0] === "id"
      ? ["$Hook{id} is what this expression yields"]
      : check(reference);
  const conditions = hookConditions(hook).flatMap(({ value, equals, not_equals }) => [value, equals, not_equals]);
  return [
    ...templateFaults(hook.id ?? "", ["id"], beforeId),
    ...conditions.flatMap((template) => templateFaults(template, ["when"], check)),
    ...unreadReferences(hook.when, ["when"]),
    ...catalogTemplateFaults(hook.to, ["to"], check),
  ].map(({ path, detail }) => ({ pointer: jsonPointer(path), detail }));
}

function hookReferenceFaults(
  reference: ValueReference,
  product: Product,
  envs: readonly string[],
  hook: Hook,
): string[] {
  const { root, path } = reference;
  if (root === "Input") return ["a hook has no $Input: what was delivered is $Hook{body}"];
  if (root === "Sequence") return ["only a feature has sequences"];
  if (root !== "Hook") return valueFaults(reference, product, envs);
  const [part, field] = path;
  if (part === undefined) return [`a part is missing: $Hook{${parts.join("}, $Hook{")}}`];
  if (!parts.includes(part))
    return [`$Hook has no such part.${didYouMean(part, parts) || ` It has ${parts.join(", ")}.`}`];
  if (part === "headers" && field !== undefined && field !== field.toLowerCase())
    return ["names of headers are in lower case here"];
  const fields = Object.keys(hook.schema ?? {});
  return part === "body" && field !== undefined && hook.schema && !fields.includes(field) && didYouMean(field, fields)
    ? [`\`schema\` has no such field.${didYouMean(field, fields)}`]
    : [];
}

type ToEvent = Extract<Hook["to"], { event: string }>;
type ToSignal = Extract<Hook["to"], { signal: string }>;

/** The job that a hook makes, as far as it does not depend on what is delivered. */
function hookEventFaults(
  product: Product,
  registry: Registry,
  hook: Hook,
  { event: tag, app, input }: ToEvent,
): Fault[] {
  const event = ownValue(product.jobs, tag);
  if (!event)
    return [
      { pointer: "/to/event", detail: `the product has no such event.${didYouMean(tag, Object.keys(product.jobs))}` },
    ];
  // Its target may be what is wrong, which is said elsewhere.
  if (makeCatalog([product], registry).lookup(product.tag, tag)?.target === undefined) return [];
  const asked = { product, envs: envsOfHook(product, hook), event, app };
  return faultsBesideExpressions(input, registry[event.type], asked).map(({ pointer, detail }) => ({
    pointer: `/to${pointer}`,
    detail,
  }));
}

function signalFaults(product: Product, registry: Registry, { signal, payload }: ToSignal): Fault[] {
  const declared = signalsOf({ registry }, product);
  const found = declared.get(signal);
  if (!found)
    return [
      {
        pointer: "/to/signal",
        detail: `no feature waits for such a signal.${didYouMean(signal, [...declared.keys()])}`,
      },
    ];
  const [fields] = found;
  if (found.length > 1 || fields === undefined || !isRecord(payload)) return [];
  // What an expression yields is checked when it is delivered.
  const isClosed = ([field]: [string, unknown]) => !(Object.hasOwn(fields, field) && mentionsDollar(payload[field]));
  const expected = Object.fromEntries(Object.entries(fields).filter(isClosed));
  return fieldsFaults(expected, Object.fromEntries(Object.entries(payload).filter(isClosed)), ["to", "payload"]);
}
