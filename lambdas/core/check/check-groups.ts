import { targetsOf } from "../catalog/catalog.ts";
import type { CheckedJobType, Product, ProductEvent } from "../catalog/job-type.ts";
import {
  type Healthcheck,
  isGroup,
  memberReferencesOf,
  membersOf,
  type TargetGroup,
  targetsAlone,
} from "../catalog/targets/group.ts";
import { groupFormOf } from "../catalog/targets/group-schema.ts";
import type { Fault } from "../kernel/errors.ts";
import { didYouMean, jsonPointer, type Path } from "../kernel/schema.ts";

/** The faults of a group; pointers are relative to the group. */
export function checkGroup(group: TargetGroup, product: Product, definition: CheckedJobType): Fault[] {
  const { faults } = groupFormOf(group);
  return faults.length > 0 ? faults : checkMembers(group, product, definition);
}

function checkMembers(group: TargetGroup, product: Product, definition: CheckedJobType): Fault[] {
  const entries = targetsOf(product, definition);
  const field = "quota" in group ? "quota" : "fallback";
  const used = memberReferencesOf(group).map(({ use }) => use);
  return memberReferencesOf(group).flatMap(({ use, healthcheck }, i) => {
    const isText = field === "fallback" && typeof (group as { fallback: readonly unknown[] }).fallback[i] === "string";
    const at: Path = [field, i, ...(isText ? [] : ["use"])];
    const named = memberFault(use, entries, definition.section) ?? (used.indexOf(use) < i ? twice : undefined);
    const ofCheck = named || !healthcheck ? [] : checkFaults(healthcheck, { name: use, product, definition });
    return [
      ...(named === undefined ? [] : [{ pointer: jsonPointer(at), detail: named }]),
      ...ofCheck.map((detail) => ({ pointer: jsonPointer([field, i, "healthcheck"]), detail })),
    ];
  });
}

const twice = "is in the list already.";

function memberFault(use: string, entries: Record<string, unknown>, section: string): string | undefined {
  if (!Object.hasOwn(entries, use)) {
    return `${section} has no such entry.${didYouMean(use, Object.keys(targetsAlone(entries)))}`;
  }
  return isGroup(entries[use]) ? "is a group itself: name the entries that it stands for." : undefined;
}

interface Checked {
  name: string;
  product: Product;
  definition: CheckedJobType;
}

function checkFaults(check: Healthcheck, { name, product, definition }: Checked): string[] {
  if ("tcp" in check) return typeof check.tcp === "string" ? [] : envFaults(check.tcp, product);
  const target = targetsOf(product, definition)[name];
  const event = { ...healthEvent(definition, name, check.action) };
  if (!("action" in definition.event())) return [`${definition.section} have no actions: use tcp.`];
  const unknown = (definition.checkEvent?.(event, target, product) ?? []).map(({ detail }) => detail);
  if (unknown.length > 0) return unknown;
  if (!definition.isRepeatable?.(event, target))
    return [`action ${check.action} does more than read: name one that only reads.`];
  const needs = product.envs.flatMap(
    (env) => definition.checkInput?.({ product, env, event, target, app: undefined, input: {} }) ?? [],
  );
  return needs
    .slice(0, 1)
    .map(({ pointer, detail }) => `action ${check.action} cannot run without an input: ${pointer} ${detail}.`);
}

/** An event that runs one action of one target, with nothing as its input. */
const healthEvent = (
  { type, targetField }: Pick<CheckedJobType, "type" | "targetField">,
  name: string,
  action: string,
): ProductEvent => ({ type, [targetField]: name, action });

const envFaults = (tcp: Readonly<Record<string, string>>, { envs }: Product): string[] =>
  Object.keys(tcp)
    .filter((env) => !envs.includes(env))
    .map((env) => `the product has no env "${env}".${didYouMean(env, envs)}`);

/** The faults of an event with each of the targets that may run it. */
export const groupedEventFaults = (event: ProductEvent, product: Product, definition: CheckedJobType): Fault[] => {
  const { targetField, checkEvent } = definition;
  const members = membersOf(targetsOf(product, definition), String(event[targetField]));
  return members.flatMap(({ name, target }) => checkEvent?.({ ...event, [targetField]: name }, target, product) ?? []);
};
