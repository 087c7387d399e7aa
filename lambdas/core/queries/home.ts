import type * as z from "zod";
import { type Tenant, tenantName } from "../access/tenants.ts";
import { alertTenants } from "../catalog/alerts.ts";
import { type Incident, needsNobody } from "../job/incident.ts";
import { defined } from "../kernel/defined.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import type { ApiServices } from "../operations/services.ts";
import type { Incidents, Watched } from "../ports/incidents.ts";
import { incidentView } from "./list-incidents.ts";
import { listPauses } from "./pause-view.ts";
import type { HomeSchema } from "./schemas/home.ts";

type HomeView = z.infer<typeof HomeSchema>;

const mostTenants = 100;
/** As many as fit into two pages of a query. */
const mostIncidents = 10_000;
/** So few tenants are read each by itself: what is open elsewhere takes no room from them. */
const fewTenants = 8;
/** Each is a read. */
const shownIncidents = 8;

/**
 * What needs attention in these products and envs. A round of the reconciler has looked at all of them, so that this is a dozen reads
 * however many there are.
 */
export async function home(
  services: Pick<ApiServices, "rollUps" | "incidents" | "pauses" | "catalog" | "clock">,
  tenants: readonly Tenant[],
): Promise<HomeView> {
  const { rollUps, catalog, incidents } = services;
  const names = new Set(tenants.map(tenantName));
  const watched = alertTenants(catalog.products).filter((tenant) => names.has(tenantName(tenant)));
  const [rollUp, open, pauses] = await Promise.all([
    rollUps.get(),
    openIncidents(incidents, watched),
    listPauses(services, (pause) =>
      tenants.some(({ product, env }) => product === pause.product && env === (pause.env ?? env)),
    ),
  ]);
  const loud = (rollUp?.tenants ?? []).filter((tenant) => names.has(tenantName(tenant)));
  return {
    ...defined({ at: rollUp?.at }),
    is_complete: rollUp !== undefined && rollUp.left === 0 && rollUp.others === 0,
    tenants: loud.slice(0, mostTenants).map(({ product, more = false, oldest, ...state }) => ({
      product_tag: product,
      ...state,
      at_least: more,
      ...defined({ oldest_due_at: oldest }),
    })),
    more_tenants: Math.max(0, loud.length - mostTenants),
    incidents: { open: open.open, first: open.first.map(incidentView) },
    pauses,
  };
}

async function openIncidents(
  incidents: Pick<Incidents, "watched" | "get">,
  tenants: readonly Tenant[],
): Promise<{ open: number; first: Incident[] }> {
  const open = (await watchedIn(incidents, tenants)).filter(({ quiet }) => !quiet);
  const latest = open.toSorted((one, other) => other.at - one.at).slice(0, shownIncidents);
  const found = await inParallel(readsAtOnce, latest, (one) => incidents.get(one));
  // A round of the reconciler notes what was ignored since.
  return { open: open.length, first: found.filter((one) => one !== undefined).filter((one) => !needsNobody(one)) };
}

async function watchedIn(incidents: Pick<Incidents, "watched">, tenants: readonly Tenant[]): Promise<Watched[]> {
  if (tenants.length <= fewTenants)
    return (
      await inParallel(readsAtOnce, tenants, (tenant) => incidents.watched({ tenant, most: mostIncidents }))
    ).flat();
  const names = new Set(tenants.map(tenantName));
  return (await incidents.watched({ most: mostIncidents })).filter((one) => names.has(tenantName(one)));
}
