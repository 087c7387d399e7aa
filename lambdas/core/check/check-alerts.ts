import type { Alert, Receiver } from "../catalog/alert-schema.ts";
import { alertsOf, receiversOf } from "../catalog/alerts.ts";
import { makeCatalog, ownValue } from "../catalog/catalog.ts";
import type { Product, Registry } from "../catalog/job-type.ts";
import { scheduleEnvs } from "../catalog/schedules.ts";
import type { ValueReference } from "../expressions/expression.ts";
import { faultsBesideExpressions } from "../expressions/stand-ins.ts";
import { catalogTemplateFaults } from "../expressions/template-faults.ts";
import { valueFaults } from "../expressions/values.ts";
import type { Fault } from "../kernel/errors.ts";
import { under } from "../kernel/find-faults.ts";
import { didYouMean, jsonPointer } from "../kernel/schema.ts";

/** What `$Alert` has. */
const alertParts = [
  "kind",
  "title",
  "text",
  "product",
  "env",
  "incident",
  "alert",
  "target",
  "event",
  "code",
  "provider_code",
  "schedule",
  "month",
  "usd",
  "budget_usd",
  "count",
  "opening",
  "first_at",
  "last_at",
  "job_id",
] as const;

/** The faults of a product's alerts and receivers that a schema cannot find; pointers start with `prefix`. */
export const checkAlerts = (product: Product, registry: Registry, prefix: PropertyKey[]): Fault[] => [
  ...Object.entries(receiversOf(product)).flatMap(([name, receiver]) =>
    "event" in receiver
      ? receiverFaults(product, registry, receiver).map((fault) => under([...prefix, "receivers", name], fault))
      : [],
  ),
  ...Object.entries(alertsOf(product)).flatMap(([name, alert]) =>
    alertFaults(product, name, alert).map((fault) => under([...prefix, "alerts", name], fault)),
  ),
];

type ToEvent = Extract<Receiver, { event: string }>;

function receiverFaults(product: Product, registry: Registry, { event: tag, input }: ToEvent): Fault[] {
  const event = ownValue(product.jobs, tag);
  if (!event) {
    const detail = `the product has no such event.${didYouMean(tag, Object.keys(product.jobs))}`;
    return [{ pointer: "/event", detail }];
  }
  if (event.type === "feature") {
    const detail = "is a feature, whose steps a pause or a limit may hold: name an event that tells by itself";
    return [{ pointer: "/event", detail }];
  }
  const ofTemplates = catalogTemplateFaults(input, ["input"], (reference) =>
    alertReferenceFaults(reference, product),
  ).map(({ path, detail }) => ({ pointer: jsonPointer(path), detail }));
  // Its target may be what is wrong, which is said elsewhere.
  if (ofTemplates.length > 0 || makeCatalog([product], registry).lookup(product.tag, tag)?.target === undefined)
    return ofTemplates;
  const asked = { product, envs: product.envs, event, app: undefined };
  return faultsBesideExpressions(input, registry[event.type], asked);
}

function alertReferenceFaults(reference: ValueReference, product: Product): string[] {
  const { root, path } = reference;
  if (root === "Input") return ["a receiver has no $Input: what is said is $Alert{text}"];
  if (root === "Sequence") return ["only a feature has sequences"];
  if (root !== "Alert") return valueFaults(reference, product, product.envs);
  const [part] = path;
  if (part === undefined) return [`a part is missing: $Alert{${alertParts.join("}, $Alert{")}}`];
  return (alertParts as readonly string[]).includes(part)
    ? []
    : [`$Alert has no such part.${didYouMean(part, alertParts) || ` It has ${alertParts.join(", ")}.`}`];
}

function alertFaults(product: Product, name: string, alert: Alert): Fault[] {
  const known = Object.keys(receiversOf(product));
  const named = [
    ...alert.notify.map((receiver, i) => ({ receiver, pointer: `/notify/${i}` })),
    ...(alert.escalate?.notify ?? []).map((receiver, i) => ({ receiver, pointer: `/escalate/notify/${i}` })),
  ];
  const unknown = named
    .filter(({ receiver }) => !known.includes(receiver))
    .map(({ receiver, pointer }) => ({
      pointer,
      detail: `the product has no such receiver.${didYouMean(receiver, known)}`,
    }));
  return [...unknown, ...ownFaults(product, name, alert)];
}

function ownFaults(product: Product, name: string, alert: Alert): Fault[] {
  if (alert.when === "new_cause") return causeFaults(product, name, alert);
  if (alert.when === "not_completed") return scheduleFaults(product, alert);
  const events = alert.when === "failure_rate" ? alert.events : [];
  return [
    ...unknownNames(alert.envs ?? [], product.envs, "envs", "env"),
    ...unknownNames(events, Object.keys(product.jobs), "events", "event"),
  ];
}

const unknownNames = (names: readonly string[], of: readonly string[], field: string, what: string): Fault[] =>
  names.flatMap((name, i) =>
    of.includes(name)
      ? []
      : [{ pointer: `/${field}/${i}`, detail: `the product has no such ${what}.${didYouMean(name, of)}` }],
  );

/** Who is told of a cause, and when, is said in one place for an env. */
function causeFaults(product: Product, name: string, { envs }: Extract<Alert, { when: "new_cause" }>): Fault[] {
  const earlier = Object.entries(alertsOf(product)).slice(0, Object.keys(alertsOf(product)).indexOf(name));
  const taken = new Map(
    earlier.flatMap(([other, alert]) =>
      alert.when === "new_cause" ? (alert.envs ?? product.envs).map((env) => [env, other] as const) : [],
    ),
  );
  return (envs ?? product.envs).flatMap((env, i) => {
    const pointer = envs === undefined ? "/when" : `/envs/${i}`;
    if (!product.envs.includes(env))
      return [{ pointer, detail: `the product has no such env.${didYouMean(env, product.envs)}` }];
    const other = taken.get(env);
    return other === undefined
      ? []
      : [{ pointer, detail: `the alert "${other}" is for new causes in "${env}" already: an env has one` }];
  });
}

function scheduleFaults(product: Product, { schedule }: Extract<Alert, { when: "not_completed" }>): Fault[] {
  const found = ownValue(product.schedules ?? {}, schedule);
  if (found) return scheduleEnvs(found).length > 0 ? [] : [{ pointer: "/schedule", detail: "runs in no env" }];
  const detail = `the product has no such schedule.${didYouMean(schedule, Object.keys(product.schedules ?? {}))}`;
  return [{ pointer: "/schedule", detail }];
}
