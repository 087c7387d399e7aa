import type * as z from "zod";
import { may, type Scopes } from "../access/scopes.ts";
import type { Tenant } from "../access/tenants.ts";
import { countSinceOpened, type Incident, type IncidentState, keepsComingBack } from "../job/incident.ts";
import { defined, pick } from "../kernel/defined.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import type { Services } from "../operations/services.ts";
import type { Incidents } from "../ports/incidents.ts";
import { actorId } from "./actor-view.ts";
import type { IncidentSchema } from "./schemas/incidents.ts";
import { keptAnswerView } from "./view.ts";

type IncidentView = z.infer<typeof IncidentSchema>;

/** How many incidents of a tenant a list looks at. */
const mostLooked = 1000;
const pageSize = 250;

type Reading = Pick<Incidents, "page" | "watched" | "get">;

/** Where a page of the list ends: what has failed later comes before it. */
export interface IncidentPosition {
  at: number;
  /** Tells those of one time apart. */
  key: string;
}

interface IncidentQuery {
  states: readonly IncidentState[];
  limit: number;
  after?: IncidentPosition | undefined;
}

/** A page of the incidents of these tenants in these states, those that failed last first. */
export async function listIncidents(
  incidents: Reading,
  tenants: readonly Tenant[],
  { states, limit, after }: IncidentQuery,
): Promise<{ incidents: Incident[]; next?: IncidentPosition; examined?: number }> {
  const read = await inParallel(readsAtOnce, tenants, (tenant) => incidentsOf(incidents, tenant));
  const all = read.flatMap(({ found }) => found);
  const left = all
    .filter((one) => states.includes(incidentStateOf(one)))
    .sort((one, other) => (isIncidentBehind(positionOf(one), positionOf(other)) ? 1 : -1))
    .filter((one) => !after || isIncidentBehind(positionOf(one), after));
  const page = left.slice(0, limit);
  const last = page.at(-1);
  return {
    incidents: page,
    ...(last && left.length > limit && { next: positionOf(last) }),
    ...(read.some(({ isCut }) => isCut) && { examined: all.length }),
  };
}

async function incidentsOf(incidents: Reading, tenant: Tenant): Promise<{ found: Incident[]; isCut: boolean }> {
  const found: Incident[] = [];
  for (;;) {
    const page = await incidents.page(tenant, { limit: pageSize, after: found.at(-1)?.id });
    found.push(...page);
    if (page.length < pageSize) return { found, isCut: false };
    if (found.length >= mostLooked)
      return { found: [...found, ...(await watchedBehind(incidents, found))], isCut: true };
  }
}

/** What is looked after, of the incidents behind those that were read: so that none that is open is missing, however many have ended. */
async function watchedBehind(incidents: Reading, read: readonly Incident[]): Promise<Incident[]> {
  const last = read.at(-1);
  if (!last) return [];
  const behind = (await incidents.watched({ tenant: last })).filter(({ id }) => id > last.id);
  return (await inParallel(readsAtOnce, behind, (one) => incidents.get(one))).filter((one) => one !== undefined);
}

const positionOf = ({ product, env, id, last_at }: Incident): IncidentPosition => ({
  at: last_at,
  key: `${product}#${env}#${id}`,
});

const isIncidentBehind = (one: IncidentPosition, other: IncidentPosition): boolean =>
  one.at < other.at || (one.at === other.at && one.key > other.key);

/** One that was counted is opened within the minute. */
const incidentStateOf = ({ state = "open" }: Incident): IncidentState => state;

export function incidentView(incident: Incident): IncidentView {
  const { product, planned, opening = 0, ignore, budget, by, by_name } = incident;
  const state = incidentStateOf(incident);
  const hasEnded = state === "resolved" || state === "closed";
  return {
    ...pick(incident, [
      "id",
      "env",
      "kind",
      "target",
      "code",
      "provider_code",
      "schedule",
      "alert",
      "rate",
      "count",
      "first_at",
      "last_at",
    ]),
    ...pick(incident, ["opened_at", "event", "sample_job_id"]),
    ...(budget && { budget: pick(budget, ["month", "usd", "budget_usd", "until", "dearest"]) }),
    ...{ product_tag: product, state, failing: hasEnded ? 0 : countSinceOpened(incident), openings: opening },
    ...defined({
      planned_at: planned,
      ended_at: hasEnded ? incident.ended_at : undefined,
      ignored: ignore && defined(pick(ignore, ["until", "above_per_hour"])),
      by: by_name ?? (by === undefined ? undefined : actorId(by)),
      flaps: keepsComingBack(incident) || undefined,
    }),
  };
}

/** An incident with what the provider has answered to its last job, for those who may see it. */
export async function incidentInFull(
  { jobs, answers }: Pick<Services, "jobs" | "answers">,
  incident: Incident,
  scopes: Scopes,
): Promise<IncidentView> {
  const view = incidentView(incident);
  const { sample_job_id: id } = incident;
  if (id === undefined || !may(scopes, "jobs:input", incident)) return view;
  const job = await jobs.get(id);
  if (!job || job.product !== incident.product || job.env !== incident.env) return view;
  const kept = (await answers.of(id, job.run)).filter(({ created_at }) => created_at === job.created_at).at(-1);
  return { ...view, ...keptAnswerView(kept) };
}
