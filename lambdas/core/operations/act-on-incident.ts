import type { Caller } from "../job/actor.ts";
import {
  actedOn,
  type Incident,
  type IncidentAction,
  type IncidentName,
  incidentIdPattern,
  withChanges,
} from "../job/incident.ts";
import { TransientError } from "../kernel/errors.ts";
import { RequestError } from "../kernel/request-error.ts";
import type { Clock } from "../ports/clock.ts";
import type { Incidents } from "../ports/incidents.ts";

const rounds = 10;

const incidentNotFound = () =>
  new RequestError(
    "INCIDENT_NOT_FOUND",
    "There is no incident with this id in the product and env. One is forgotten 90 days after it was last seen.",
  );

/** The incident of this name. Throws INCIDENT_NOT_FOUND, also for an id that is longer than a key of the table, as a path may have it. */
export async function findIncident(incidents: Pick<Incidents, "get">, name: IncidentName): Promise<Incident> {
  const incident = incidentIdPattern.test(name.id) ? await incidents.get(name) : undefined;
  if (!incident) throw incidentNotFound();
  return incident;
}

interface Acting {
  caller: Caller;
  isDry: boolean;
  /** Is told of a change that was made. */
  onChanged?: (before: Incident, after: Incident) => Promise<void>;
}

/** Resolves, ignores or reopens an incident. Safe to repeat. Throws INCIDENT_NOT_FOUND, and STATE_CONFLICT where there is nothing to ignore. */
export async function actOnIncident(
  { incidents, clock }: { incidents: Pick<Incidents, "get" | "change" | "watch">; clock: Clock },
  name: IncidentName,
  action: IncidentAction,
  { caller: { actor, name: by_name }, isDry, onChanged }: Acting,
): Promise<Incident> {
  for (let round = 0; round < rounds; round++) {
    const incident = await findIncident(incidents, name);
    const now = clock.now();
    const acted = actedOn(incident, action, { now, by: actor, by_name });
    if (acted === "unchanged") return incident;
    if (acted === "conflict")
      throw new RequestError(
        "STATE_CONFLICT",
        `The incident is ${incident.state}: there is nothing to ignore until it is open again.`,
      );
    if (isDry) return withChanges(incident, acted.changes);
    const { opening = incident.opening ?? 1 } = acted.changes;
    // What goes on is looked after, before it does.
    if (action.do !== "resolve") await incidents.watch({ ...name, opening, at: now });
    const changed = await incidents.change(incident, acted.changes);
    if (changed === "lost") continue;
    await onChanged?.(incident, changed);
    return changed;
  }
  throw new TransientError("CONTENDED", "the incident changes too fast");
}
