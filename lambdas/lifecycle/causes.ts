import type { JobChange } from "../aws/lambda/stream-handler.ts";
import { causeRule, rateRules } from "../core/catalog/alerts.ts";
import { isAlertJob } from "../core/job/actor.ts";
import {
  causeId,
  type Incident,
  type IncidentRule,
  type IncidentSubject,
  isQuiet,
  mostOpen,
  otherCause,
  slotOf,
} from "../core/job/incident.ts";
import { TransientError, traceOf } from "../core/kernel/errors.ts";
import { type Alerting, attend } from "../core/operations/alerting.ts";
import { targetNameOf, wasKnown } from "../core/operations/known-causes.ts";
import type { Failures } from "../core/ports/failures.ts";
import type { EndedRun, Incidents, Occurrence, Occurrences, RateName } from "../core/ports/incidents.ts";
import { countablesOf } from "./counts.ts";
import { type ChangeEffects, nothingFailed } from "./emit.ts";

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

/**
 * Counts the runs of a batch for alerts: the failed attempts by their causes, one write a cause, and tells receivers what follows from that. Returns the first
 * batch index that has to be redelivered: what was counted is not counted again, and what was not said is said then.
 */
export async function countFailures(
  services: CauseServices,
  changes: readonly JobChange[],
  effects: readonly ChangeEffects[],
): Promise<number> {
  const causes = await countCauses(services, changes, effects);
  return Math.min(causes, await countRates(services, changes, effects));
}

/** Counts the runs that ended in a batch for the alerts that name their events: one write for each of these. */
async function countRates(
  services: CauseServices,
  changes: readonly JobChange[],
  effects: readonly ChangeEffects[],
): Promise<number> {
  const ended = new Map<
    string,
    { rate: RateName; slot: { slot: number; until: number }; runs: EndedRun[]; batchIndex: number }
  >();
  for (const effect of effects) {
    const job = changes[effect.batchIndex]?.after;
    if (!job || isAlertJob(job)) continue;
    for (const { name, ended: attempt, detail, mark, written_at, time } of countablesOf(effect)) {
      if (!attempt || (name !== "completed" && name !== "failed")) continue;
      const { product_tag: product, env, event } = detail;
      const found = services.catalog.products.find(({ tag }) => tag === product);
      for (const { env: of, events, windowMs, rule } of found ? rateRules(found) : []) {
        if (of !== env || !events.includes(event)) continue;
        const rate = { product, env, alert: rule.alert };
        const slot = slotOf(time, windowMs);
        const key = JSON.stringify([rate, slot]);
        const { batchIndex } = effect;
        const known = ended.get(key) ?? { rate, slot: { slot, until: slot + 2 * windowMs }, runs: [], batchIndex };
        known.runs.push({ mark, written_at, failed: name === "failed" });
        ended.set(key, known);
      }
    }
  }
  const failed = await Promise.all(
    [...ended.values()].map(async ({ rate, slot, runs, batchIndex }) => {
      try {
        await services.incidents.countRuns(rate, slot, runs);
        return nothingFailed;
      } catch (error) {
        services.log.error("runs could not be counted for an alert", { ...rate, ...traceOf(error) });
        return error instanceof TransientError ? batchIndex : nothingFailed;
      }
    }),
  );
  return Math.min(nothingFailed, ...failed);
}

/** Counts the failed attempts, as `countFailures` says. */
export async function countCauses(
  services: CauseServices,
  changes: readonly JobChange[],
  effects: readonly ChangeEffects[],
): Promise<number> {
  const failed = await Promise.all(
    failingIn(services, changes, effects).map(async (failing) => {
      try {
        await countCause(services, failing);
        return nothingFailed;
      } catch (error) {
        const { product, env, id } = failing;
        services.log.error("an incident could not be counted or told", {
          product,
          env,
          incident: id,
          ...traceOf(error),
        });
        // What AWS will never take must not hold up all that is written behind it: the reconciler tries it each minute.
        return error instanceof TransientError ? failing.batchIndex : nothingFailed;
      }
    }),
  );
  return Math.min(nothingFailed, ...failed);
}

function failingIn(
  { catalog }: CauseServices,
  changes: readonly JobChange[],
  effects: readonly ChangeEffects[],
): Failing[] {
  const causes = new Map<string, Failing>();
  for (const effect of effects) {
    const job = changes[effect.batchIndex]?.after;
    if (!job || isAlertJob(job)) continue;
    for (const { ended, detail, mark, written_at } of countablesOf(effect)) {
      if (ended?.outcome !== "failed" || !ended.error) continue;
      const { product_tag: product, env, event, job_id } = detail;
      const found = catalog.products.find(({ tag }) => tag === product);
      const rule = found && causeRule(found, env);
      if (!rule) continue;
      const { code, provider_code } = ended.error;
      const target = targetNameOf(catalog, { product, event }, ended.target?.name);
      const subject: IncidentSubject = {
        kind: "cause",
        target,
        code,
        ...(provider_code !== undefined && { provider_code }),
      };
      const id = causeId(subject);
      const key = JSON.stringify([product, env, id]);
      const { batchIndex } = effect;
      const known = causes.get(key) ?? { product, env, id, subject, rule, entries: [], batchIndex };
      known.entries.push({ mark, written_at, at: ended.ended_at, event, job_id });
      causes.set(key, known);
    }
  }
  return [...causes.values()];
}

async function countCause(services: CauseServices, { rule, batchIndex: _, ...failing }: Failing): Promise<void> {
  const incident = (await services.incidents.add(failing, { mustExist: true })) ?? (await addNew(services, failing));
  await attend(services, incident, {
    rule,
    isQuiet: (of, now) => isQuiet(of, rule, now),
    isKnown: (of) => wasKnown(services, of),
  });
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
