import { eventOfReceiver, receiverEventOf, receiversOf } from "../catalog/alerts.ts";
import { type Catalog, type FoundEvent, ownValue } from "../catalog/catalog.ts";
import type { AlertMessage, Incident, IncidentRule, IncidentStep } from "../job/incident.ts";
import { incidentStep } from "../job/incident.ts";
import { fairGroupOf, isFinished, type Job, jobMessageOf } from "../job/job.ts";
import { JobError } from "../job/job-error.ts";
import { alertJobId, fingerprint } from "../job/job-id.ts";
import { retryPolicyOf } from "../job/retry-config.ts";
import { TransientError, traceOf } from "../kernel/errors.ts";
import { type AlertNotice, noticeOf, receiverInput } from "../outbound/alert-notice.ts";
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
const alertFairnessKey = "alerts";
/** Some hours with the delays between them: who is told must be told. */
const alertRetries = 8;

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
    const step = incidentStep(incident, { now, rule: judged.rule, isQuiet: judged.isQuiet(incident, now) });
    if (!step) return incident;
    const changed = await takeIncidentStep(services, incident, step, judged);
    const next = changed === "lost" ? await incidents.get(incident) : changed;
    if (!next) return incident;
    incident = next;
  }
  throw new TransientError("CONTENDED", "an incident was changed by others at every try");
}

async function takeIncidentStep(
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
  message: AlertMessage,
  { alert }: IncidentRule,
): Promise<void> {
  const notice = noticeOf(incident, message.kind, alert);
  for (const name of new Set(message.to)) {
    const { product, env, id } = incident;
    const fields = { product, env, incident: id, kind: message.kind, receiver: name };
    try {
      const job = alertJobOf(services, incident, { notice, name, ordinal: message.ordinal });
      if (!job) continue;
      await makeAlertJob(services, job);
      services.log.info("an incident was told", { ...fields, job_id: job.id });
    } catch (error) {
      // Its input cannot be made of what is said: the others are told all the same.
      if (!(error instanceof JobError)) throw error;
      services.log.error("a receiver could not be told of an incident", { ...fields, ...traceOf(error) });
    }
  }
}

/** The job that tells a receiver. Undefined if the catalog has dropped the receiver. Throws a JobError. */
function alertJobOf(
  { catalog, clock }: Alerting,
  incident: Incident,
  { notice, name, ordinal }: { notice: AlertNotice; name: string; ordinal: string },
): Job | undefined {
  const found = findReceiver(catalog, incident, name);
  if (!found) return undefined;
  const { receiver, event, env } = found;
  // With its first time: one that was forgotten, and comes again, begins to count its openings anew.
  const parts = [incident.id, incident.first_at, incident.opening, ordinal, name];
  const key = parts.map(String).join("/");
  const now = clock.now();
  const input = receiverInput(receiver, notice, event.product);
  const request = {
    ...{ ...event, env, input, due_at: now },
    timeout_ms: event.event.timeout_ms ?? event.definition.defaults.timeout_ms,
    retries: alertRetries,
    retry_policy: retryPolicyOf(undefined, event.event.retry_config),
    fairness_key: alertFairnessKey,
    labels: [`incident:${incident.id}`, `message:${notice.kind}`],
    made_by: "alert" as const,
    fingerprint: fingerprint(["alert", key]),
  };
  const id = alertJobId(incident.product, env, key);
  // Its input is data, whatever the event says: the receiver has resolved it.
  const { expressions: _, ...job } = newJob(request, {
    id,
    writeId: crypto.randomUUID(),
    now,
    input: { inline: input },
  });
  return job;
}

async function makeAlertJob({ jobs, queue }: Alerting, job: Job): Promise<void> {
  const created = await jobs.create(job);
  const current = created.outcome === "exists" ? created.job : job;
  // The process that made it may have died before it sent the message.
  if (isFinished(current) || current.claims > 0 || current.attempt > 1) return;
  await queue.send(current.type, jobMessageOf(current), { delaySeconds: 0, group: fairGroupOf(current) });
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
