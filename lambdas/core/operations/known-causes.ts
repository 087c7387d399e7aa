import { type Catalog, targetsOf } from "../catalog/catalog.ts";
import type { AttemptError } from "../job/attempt.ts";
import { utcDayOf } from "../job/failure-group.ts";
import { causeId, type Incident, type IncidentSubject } from "../job/incident.ts";
import type { Job } from "../job/job.ts";
import { catalogEventOf } from "../job/list.ts";
import { defined } from "../kernel/defined.ts";
import { dayMs } from "../kernel/duration-ms.ts";
import type { Failures } from "../ports/failures.ts";
import type { Incidents } from "../ports/incidents.ts";

/** What is called by an event: the section and the name of the target, of a group the one that ran the attempt. */
function targetNameOf(catalog: Catalog, job: Pick<Job, "product" | "event">, member?: string): string {
  const tag = catalogEventOf(job);
  const found = catalog.lookup(job.product, tag);
  if (!found) return `jobs/${tag}`;
  const { product, event, definition } = found;
  const name = String(event[definition.targetField]);
  const isOwn = member !== undefined && Object.hasOwn(targetsOf(product, definition), member);
  return `${definition.section}/${isOwn ? member : name}`;
}

/** What an attempt has failed for. */
export function causeSubject(
  catalog: Catalog,
  job: Pick<Job, "product" | "event">,
  { error: { code, provider_code }, target }: { error: AttemptError; target?: { name: string } | undefined },
): IncidentSubject {
  return {
    kind: "cause",
    target: targetNameOf(catalog, job, target?.name),
    code,
    ...defined({ provider_code }),
  };
}

/** The id of the cause for which a job has failed. Undefined of one that has not. */
export function causeOf(catalog: Catalog, job: Job): string | undefined {
  const { status, error, attempts } = job;
  return status === "failed" && error
    ? causeId(causeSubject(catalog, job, { error, target: attempts.at(-1)?.target }))
    : undefined;
}

/** How many days before its first alert a product's failures are looked at. */
const daysBefore = 2;

/**
 * Whether a cause failed before its tenant had alerts: it is no news then, and is told once it has stopped and come back. Asked once for
 * each cause, and only on the first day. Where no round of the reconciler has noted yet since when there are alerts, the first failure that
 * is counted does: what fails between the two is news, and so is what fails as a job failed that told of it.
 */
export async function wasKnown(
  {
    incidents,
    failures,
    catalog,
  }: { incidents: Pick<Incidents, "begun" | "begin">; failures: Pick<Failures, "read">; catalog: Catalog },
  { product, env, target, code, provider_code, first_at }: Incident,
): Promise<boolean> {
  const begun = (await incidents.begun()).get(`${product}#${env}`);
  if (begun === undefined) await incidents.begin({ product, env }, first_at);
  const since = begun ?? first_at;
  if (first_at - since > dayMs) return false;
  const before = Math.min(since, first_at);
  const days = Array.from({ length: daysBefore + 1 }, (_, i) => utcDayOf(since) - i * dayMs);
  const groups = await Promise.all(days.map((day) => failures.read(product, env, day)));
  return groups
    .flat()
    .some(
      (group) =>
        group.first_at < before &&
        group.code === code &&
        group.provider_code === provider_code &&
        targetNameOf(catalog, { product, event: group.event }) === target,
    );
}
