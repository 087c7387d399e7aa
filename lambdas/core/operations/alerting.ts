import { eventOfReceiver, receiverEventOf, receiversOf } from "../catalog/alerts.ts";
import { type Catalog, type FoundEvent, ownValue } from "../catalog/catalog.ts";
import type { AlertMessage, Incident, IncidentRule, IncidentStep } from "../job/incident.ts";
import { nextStep } from "../job/incident.ts";
import { fairGroupOf, isFinished, jobMessageOf } from "../job/job.ts";
import { alertJobId, fingerprint } from "../job/job-id.ts";
import { retryPolicyOf } from "../job/retry-config.ts";
import { TransientError } from "../kernel/errors.ts";
import { noticeOf, receiverInput } from "../outbound/alert-notice.ts";
import type { Clock } from "../ports/clock.ts";
import type { Incidents } from "../ports/incidents.ts";
import type { JobQueue } from "../ports/job-queue.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Log } from "../ports/log.ts";
import { newJob } from "../requests/new-job.ts";

/** What tells receivers of incidents: by jobs, which are due at once. */
export interface Alerting {
  catalog: Catalog;
  incidents: Pick<Incidents, "get" | "change" | "watch">;
  jobs: Pick<JobStore, "create">;
  queue: Pick<JobQueue, "send">;
  clock: Clock;
  log: Log;
}

/** The jobs of alerts take turns with each other, and not with the jobs that fail. */
export const alertFairnessKey = "alerts";
/** Some hours with the delays between them: who is told must be told. */
const alertRetries = 8;
const alertTimeoutMs = 15_000;

/** How often a change may meet another one. */
const rounds = 20;

interface Judged {
  rule: IncidentRule | undefined;
  isQuiet: (incident: Incident, now: number) => boolean;
  /** Whether a first opening is one of what failed before there were alerts. */
  isKnown?: (incident: Incident) => Promise<boolean>;
}

/**
 * Does all that the state of an incident calls for: opens it, says what is to be said, and closes it. Each step is safe to repeat, and what a
 * process leaves undone the next one does. Throws what AWS refuses.
 */
export async function attend(services: Alerting, found: Incident, judged: Judged): Promise<Incident> {
  const { clock, incidents } = services;
  let incident = found;
  for (let round = 0; round < rounds; round++) {
    const now = clock.now();
    const step = nextStep(incident, { now, rule: judged.rule, isQuiet: judged.isQuiet(incident, now) });
    if (!step) return incident;
    const changed = await take(services, incident, step, judged);
    const next = changed === "lost" ? await incidents.get(incident) : changed;
    if (!next) return incident;
    incident = next;
  }
  throw new TransientError("CONTENDED", "an incident was changed by others at every try");
}

async function take(
  services: Alerting,
  incident: Incident,
  { say, changes, opens, unlessCounted }: IncidentStep,
  { rule, isKnown }: Judged,
): Promise<Incident | "lost"> {
  const { incidents, clock } = services;
  const { product, env, id, opening } = incident;
  if (opens) {
    // Before it is open, so that nothing that is open is looked after by nobody.
    await incidents.watch({ product, env, id, opening: changes.opening ?? 1, at: clock.now() });
    const known = opening === undefined && isKnown !== undefined && (await isKnown(incident));
    return incidents.change(incident, known ? { ...changes, state: "known" } : changes);
  }
  if (say && rule) await tell(services, incident, say, rule);
  return incidents.change(incident, changes, { unlessCounted });
}

/** Makes the jobs that tell receivers. A message has one job for each of them, however often it is made. */
async function tell(
  services: Alerting,
  incident: Incident,
  { kind, ordinal, to }: AlertMessage,
  rule: IncidentRule,
): Promise<void> {
  const notice = noticeOf(incident, kind, rule.alert);
  for (const name of new Set(to)) {
    const found = findReceiver(services.catalog, incident, name);
    if (!found) continue;
    const { receiver, event, env } = found;
    // With its first time: one that was forgotten, and comes again, begins to count its openings anew.
    const parts = [incident.id, incident.first_at, incident.opening, ordinal, name].map(String);
    const key = parts.join("/");
    const now = services.clock.now();
    const request = {
      ...{ ...event, env, input: receiverInput(receiver, notice, event.product), due_at: now },
      timeout_ms: Math.min(event.event.timeout_ms ?? alertTimeoutMs, alertTimeoutMs),
      retries: alertRetries,
      retry_policy: retryPolicyOf(undefined, event.event.retry_config),
      fairness_key: alertFairnessKey,
      labels: [`incident:${incident.id}`],
      made_by: "alert" as const,
      fingerprint: fingerprint(["alert", key]),
    };
    const id = alertJobId(incident.product, env, key);
    const made = newJob(request, { id, writeId: crypto.randomUUID(), now, input: { inline: request.input } });
    // Its input is data, whatever the event says: the receiver has resolved it.
    const { expressions: _, ...job } = made;
    const created = await services.jobs.create(job);
    const current = created.outcome === "exists" ? created.job : job;
    // The process that made it may have died before it sent the message.
    if (isFinished(current) || current.claims > 0 || current.attempt > 1) continue;
    await services.queue.send(current.type, jobMessageOf(current), { delaySeconds: 0, group: fairGroupOf(current) });
    services.log.info("an incident was told", {
      ...{ product: incident.product, env, incident: incident.id, kind, receiver: name, job_id: current.id },
    });
  }
}

/** A receiver, and the event of the job that tells it. The catalog may have dropped either. */
function findReceiver(catalog: Catalog, { product: tag, env }: Incident, name: string) {
  const product = catalog.products.find((one) => one.tag === tag);
  const receiver = product && ownValue(receiversOf(product), name);
  if (!receiver) return undefined;
  const event = eventOfReceiver(name, receiver);
  const found: FoundEvent | undefined =
    receiverEventOf(catalog, { product: tag, env, event }) ?? catalog.lookup(tag, event);
  return found && { receiver, event: found, env };
}
