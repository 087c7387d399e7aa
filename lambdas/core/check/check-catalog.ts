import * as z from "zod";
import { Alerts, Receivers } from "../catalog/alert-schema.ts";
import { Calendars } from "../catalog/calendar-schema.ts";
import { ownValue, targetsOf } from "../catalog/catalog.ts";
import { commonEventFields } from "../catalog/event-fields.ts";
import { Hooks } from "../catalog/hook-schema.ts";
import type { Product, Registry } from "../catalog/job-type.ts";
import { Limit } from "../catalog/limit.ts";
import { Values } from "../catalog/product-values.ts";
import { Session } from "../catalog/session-schema.ts";
import { sessionsOf } from "../catalog/sessions.ts";
import { isGroup } from "../catalog/targets/group.ts";
import { orGroup } from "../catalog/targets/group-schema.ts";
import { Webhook, webhooksOf } from "../catalog/webhook.ts";
import type { Fault } from "../kernel/errors.ts";
import { findFaults, uncovered, under, valueAt } from "../kernel/find-faults.ts";
import { didYouMean, jsonPointer, type Path, pathOf, strict } from "../kernel/schema.ts";
import { EventTag, Tag } from "../kernel/tag.ts";
import { checkAlerts } from "./check-alerts.ts";
import { checkCredentials } from "./check-credentials.ts";
import { checkGroup, groupedEventFaults } from "./check-groups.ts";
import { checkHooks } from "./check-hooks.ts";
import { jsonFaults } from "./check-json.ts";
import { catalogLimitFaults } from "./check-limits.ts";
import { checkSchedules, Schedules } from "./check-schedules.ts";
import { searchFaults } from "./check-search.ts";
import { checkSharing } from "./check-sharing.ts";

/** All faults of the products; pointers start with the product's tag. */
export function checkCatalog(products: readonly unknown[], registry: Registry): Fault[] {
  const schema = productSchema(registry);
  const faults = products.flatMap((product, i) => checkProduct(product, registry, schema, i));
  const tags = products.map((product) => (product as Product | undefined)?.tag);
  const twice = tags.filter((tag, i) => typeof tag === "string" && tags.indexOf(tag) !== i);
  return [...faults, ...twice.map((tag) => ({ pointer: `/${tag}/tag`, detail: "another product has the same tag." }))];
}

function checkProduct(product: unknown, registry: Registry, schema: ProductSchema, index: number): Fault[] {
  const tag = (product as Product | undefined)?.tag;
  const prefix = [typeof tag === "string" ? tag : index];
  const unwritable = jsonFaults(product, prefix);
  if (unwritable.length > 0) return unwritable;
  const { faults, data, rest, lost } = findFaults(schema, product, prefix);
  if (!data) return faults;
  // Checks the product as it was written, because the code never sees the defaults of the schemas.
  const checked = rest as Product;
  const further = [
    ...checkTargets(checked, registry, prefix),
    ...checkEvents(checked, registry, prefix),
    ...checkWebhooks(checked, prefix),
    ...checkSessions(checked, prefix),
    ...checkHooks(checked, registry, prefix),
    ...checkCredentials(checked, registry, prefix),
    ...catalogLimitFaults(checked, prefix),
    ...searchFaults(checked, prefix),
    ...checkSchedules(checked, registry, prefix),
    ...checkAlerts(checked, registry, prefix),
    ...unknownEnvs(checked, checked.variables ?? {}, [...prefix, "variables"]),
  ];
  const isOwn = (fault: Fault) => !followsFrom(fault, lost, product, prefix);
  return [...faults, ...uncovered(further, faults).filter(isOwn)];
}

/** Whether a fault may be only a consequence of a faulty part that was removed: a section, a part of its entry, or what it names. */
function followsFrom({ pointer }: Fault, lost: readonly Path[], product: unknown, prefix: Path): boolean {
  const named = valueAt(product, pathOf(pointer).slice(prefix.length));
  return lost.some((path) => {
    // Nothing else of an entry refers to one of its numbers, such as a timeout.
    const matters = path[0] !== "jobs" && typeof valueAt(product, path) !== "number";
    const isPart = matters && pointer.startsWith(`${jsonPointer([...prefix, ...path.slice(0, 2)])}/`);
    return path.length === 1 || path.at(-1) === named || isPart;
  });
}

/** Unlike a target, a webhook need not name every env. */
const checkWebhooks = (product: Product, prefix: PropertyKey[]): Fault[] =>
  Object.entries(webhooksOf(product)).flatMap(([tag, { envs }]) =>
    unknownEnvs(product, envs, [...prefix, "webhooks", tag, "envs"]),
  );

const checkSessions = (product: Product, prefix: PropertyKey[]): Fault[] =>
  Object.entries(sessionsOf(product)).flatMap(([tag, session]) =>
    checkEnvs(product, session, [...prefix, "sessions", tag]),
  );

const unknownEnvs = (product: Product, envs: object, at: PropertyKey[]): Fault[] =>
  Object.keys(envs)
    .filter((env) => !product.envs.includes(env))
    .map((env) => ({
      pointer: jsonPointer([...at, env]),
      detail: `the product has no such env.${didYouMean(env, product.envs)}`,
    }));

function checkTargets(product: Product, registry: Registry, prefix: PropertyKey[]): Fault[] {
  return Object.values(registry).flatMap((definition) =>
    Object.entries(targetsOf(product, definition)).flatMap(([name, target]) => {
      const place = [...prefix, definition.section, name];
      if (isGroup(target)) return checkGroup(target, product, definition).map((fault) => under(place, fault));
      const own = definition.checkTarget?.(target, product, registry) ?? [];
      return [...checkEnvs(product, target, place), ...own.map((fault) => under(place, fault))];
    }),
  );
}

function checkEnvs(product: Product, target: unknown, place: PropertyKey[]): Fault[] {
  const envs = (target as { envs?: Record<string, unknown> }).envs;
  if (!envs) return [];
  const at = [...place, "envs"];
  const absent = product.envs.filter((env) => !Object.hasOwn(envs, env));
  return [
    ...unknownEnvs(product, envs, at),
    ...absent.map((env) => ({ pointer: jsonPointer(at), detail: `has no settings for the product's env "${env}".` })),
  ];
}

function checkEvents(product: Product, registry: Registry, prefix: PropertyKey[]): Fault[] {
  return Object.entries(product.jobs).flatMap(([tag, event]) => {
    const definition = registry[event.type];
    const at = [...prefix, "jobs", tag];
    const targets = targetsOf(product, definition);
    const name = String(event[definition.targetField]);
    const target = ownValue(targets, name);
    if (target === undefined) {
      const hint = didYouMean(name, Object.keys(targets));
      return [
        {
          pointer: jsonPointer([...at, definition.targetField]),
          detail: `${definition.section} has no such entry.${hint}`,
        },
      ];
    }
    const tooLong = (event.timeout_ms ?? 0) > definition.limits.max_timeout_ms;
    const limit = `at most ${definition.limits.max_timeout_ms} for a job of type ${event.type}.`;
    return [
      ...(tooLong ? [{ pointer: jsonPointer([...at, "timeout_ms"]), detail: limit }] : []),
      ...groupedEventFaults(event, product, definition).map((fault) => under(at, fault)),
      ...checkSharing(event, product).map((fault) => under(at, fault)),
    ];
  });
}

type ProductSchema = ReturnType<typeof productSchema>;

function productSchema(registry: Registry) {
  const definitions = Object.values(registry);
  const [first, ...others] = definitions.map((definition) =>
    strict({ type: z.literal(definition.type), ...commonEventFields, ...definition.event() }),
  );
  const sections = definitions.map(({ section, target, standsAlone }) => [
    section,
    z.record(Tag, standsAlone ? target() : orGroup(target())).optional(),
  ]);
  return strict({
    tag: Tag,
    name: z.string().optional(),
    envs: z.array(Tag).min(1),
    jobs: z.record(EventTag, z.discriminatedUnion("type", [first as NonNullable<typeof first>, ...others])),
    variables: z.record(Tag, Values).optional(),
    constants: Values.optional(),
    limits: z.record(Tag, Limit).optional(),
    webhooks: z.record(Tag, Webhook).optional(),
    sessions: z.record(Tag, Session).optional(),
    hooks: Hooks.optional(),
    calendars: Calendars.optional(),
    schedules: Schedules.optional(),
    receivers: Receivers.optional(),
    alerts: Alerts.optional(),
    ...Object.fromEntries(sections),
  });
}
