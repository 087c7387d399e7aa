import type * as z from "zod";
import { type Tenant, tenantName } from "../access/tenants.ts";
import { alertTenants } from "../catalog/alerts.ts";
import type { Incident } from "../job/incident.ts";
import { defined } from "../kernel/defined.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import type { ApiServices } from "../operations/services.ts";
import type { Incidents } from "../ports/incidents.ts";
import { incidentView } from "./list-incidents.ts";
import { listPauses } from "./pause-view.ts";
import type { HomeSchema } from "./schemas/home.ts";

type HomeView = z.infer<typeof HomeSchema>;

const mostTenants = 100;
const mostIncidents = 1000;
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
  const isWatched = alertTenants(catalog.products).some((tenant) => names.has(tenantName(tenant)));
  const [rollUp, open, pauses] = await Promise.all([
    rollUps.get(),
    isWatched ? openIncidents(incidents, names) : { open: 0, first: [] },
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
  names: ReadonlySet<string>,
): Promise<{ open: number; first: Incident[] }> {
  const watched = (await incidents.watched({ most: mostIncidents })).filter((one) => names.has(tenantName(one)));
  const latest = watched.toSorted((one, other) => other.at - one.at).slice(0, shownIncidents);
  const found = await inParallel(readsAtOnce, latest, (one) => incidents.get(one));
  return { open: watched.length, first: found.filter((one) => one !== undefined) };
}
