import type { JobChange } from "../aws/lambda/stream-handler.ts";
import { causeRule, rateRules } from "../core/catalog/alerts.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import type { Product } from "../core/catalog/job-type.ts";
import { isAlertJob } from "../core/job/actor.ts";
import {
  causeId,
  type Incident,
  type IncidentRule,
  isQuiet,
  mostOpen,
  otherCause,
  rateSlot,
} from "../core/job/incident.ts";
import { TransientError, traceOf } from "../core/kernel/errors.ts";
import { type Alerting, attend } from "../core/operations/alerting.ts";
import { causeSubject, wasKnown } from "../core/operations/known-causes.ts";
import type { Failures } from "../core/ports/failures.ts";
import type { EndedRun, Incidents, Occurrence, Occurrences, RateName } from "../core/ports/incidents.ts";
import { type Countable, countablesOf } from "./counts.ts";
import { type ChangeEffects, firstToRepeat } from "./emit.ts";

export interface CauseServices extends Alerting {
  incidents: Incidents;
  failures: Pick<Failures, "read">;
}

/** The failed attempts of one cause in a batch. */
interface Failing extends Occurrences {
  rule: IncidentRule;
  entries: Occurrence[];
  /** The position in the batch of the first of them. */
  batchIndex: number;
}

/** The ended runs of one alert in one slot of time. */
interface Rated {
  rate: RateName;
  slot: { slot: number; until: number };
  runs: EndedRun[];
  batchIndex: number;
}

/** What has ended in a batch, of a product of the catalog. */
interface Ended extends Countable {
  batchIndex: number;
  of: Product;
}

/**
 * Counts the runs of a batch for alerts: the failed attempts by their causes, one write a cause, and tells receivers what follows from that;
 * then the runs that ended, for the alerts that name their events. Returns the first batch index that has to be redelivered: what was counted
 * is not counted again, and what was not said is said then.
 */
export async function countFailures(
  services: CauseServices,
  changes: readonly JobChange[],
  effects: readonly ChangeEffects[],
): Promise<number> {
  const { catalog, incidents, log } = services;
  const ended = endedIn(catalog, changes, effects);
  const causes = await firstToRepeat(
    failingIn(catalog, ended),
    (failing) => countCause(services, failing),
    // The reconciler tries it each minute.
    ({ product, env, id }, error) =>
      log.error("an incident could not be counted or told", { product, env, incident: id, ...traceOf(error) }),
  );
  const rates = await firstToRepeat(
    ratedIn(ended),
    ({ rate, slot, runs }) => incidents.countRuns(rate, slot, runs),
    ({ rate }, error) => log.error("runs could not be counted for an alert", { ...rate, ...traceOf(error) }),
  );
  return Math.min(causes, rates);
}

/** The jobs of alerts count for none. */
const endedIn = ({ products }: Catalog, changes: readonly JobChange[], effects: readonly ChangeEffects[]): Ended[] =>
  effects.flatMap((effect) => {
    const { batchIndex } = effect;
    const job = changes[batchIndex]?.after;
    if (!job || isAlertJob(job)) return [];
    const of = products.find(({ tag }) => tag === job.product);
    return of ? countablesOf(effect).flatMap((one) => (one.ended ? [{ ...one, batchIndex, of }] : [])) : [];
  });

function ratedIn(ended: readonly Ended[]): Rated[] {
  const rated = new Map<string, Rated>();
  for (const { name, detail, mark, written_at, time, batchIndex, of } of ended) {
    if (name !== "completed" && name !== "failed") continue;
    const { product_tag: product, env, event } = detail;
    for (const { env: watched, events, windowMs, rule } of rateRules(of)) {
      if (watched !== env || !events.includes(event)) continue;
      const rate = { product, env, alert: rule.alert };
      const slot = rateSlot(time, windowMs);
      const key = JSON.stringify([rate, slot]);
      const known = rated.get(key) ?? { rate, slot: { slot, until: slot + 2 * windowMs }, runs: [], batchIndex };
      known.runs.push({ mark, written_at, failed: name === "failed" });
      rated.set(key, known);
    }
  }
  return [...rated.values()];
}

function failingIn(catalog: Catalog, all: readonly Ended[]): Failing[] {
  const causes = new Map<string, Failing>();
  for (const { ended, detail, mark, written_at, batchIndex, of } of all) {
    if (ended?.outcome !== "failed" || !ended.error) continue;
    const { product_tag: product, env, event, job_id } = detail;
    const rule = causeRule(of, env);
    if (!rule) continue;
    const { error, target } = ended;
    const subject = causeSubject(catalog, { product, event }, { error, target });
    const id = causeId(subject);
    const key = JSON.stringify([product, env, id]);
    const known = causes.get(key) ?? { product, env, id, subject, rule, entries: [], batchIndex };
    known.entries.push({ mark, written_at, at: ended.ended_at, event, job_id });
    causes.set(key, known);
  }
  return [...causes.values()];
}

async function countCause(services: CauseServices, { rule, batchIndex: _, ...failing }: Failing): Promise<void> {
  const incident = (await services.incidents.add(failing, { mustExist: true })) ?? (await addNew(services, failing));
  // The incident has the time of what was counted last, which may be older, where another shard of the stream is late.
  const last_at = Math.max(incident.last_at, ...failing.entries.map(({ at }) => at));
  await attend(
    services,
    { ...incident, last_at },
    {
      rule,
      isQuiet: (of, now) => isQuiet(of, rule, now),
      isKnown: (of) => wasKnown(services, of),
    },
  );
}

/** The first failure of a cause. What fails otherwise each time would tell each time, so that only so many are open. */
async function addNew({ incidents }: CauseServices, failing: Occurrences): Promise<Incident> {
  const { product, env } = failing;
  const open = await incidents.watched({ tenant: { product, env }, most: mostOpen });
  const own: Occurrences =
    open.length < mostOpen ? failing : { ...failing, id: otherCause, subject: { kind: "cause" } };
  const added = await incidents.add(own, { mustExist: false });
  if (!added) throw new TransientError("CONTENDED", "an incident disappeared");
  return added;
}
