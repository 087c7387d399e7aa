import type { Home, HomeTenant, Incident } from "ductape-sdk";
import type { ApiOptions, Context } from "./context.ts";
import { causeOf } from "./incidents.ts";
import { type Column, fields, makeTable } from "./terminal/table.ts";
import { duration, relative } from "./terminal/time.ts";

/** A round of the reconciler comes each minute. */
const silentMs = 180_000;

const tenantColumns = ({ api }: Context): Column<HomeTenant>[] => [
  { title: "PRODUCT", cell: ({ product_tag, env }) => `${product_tag}/${env}`, flexible: true, least: 12 },
  { title: "LATE", cell: ({ late, at_least }) => `${late}${at_least ? "+" : ""}` },
  { title: "SINCE", cell: ({ oldest_due_at: at }) => (at === undefined ? undefined : relative(at, api.now())) },
  { title: "WITH LIMITS", cell: ({ limited }) => String(limited), drop: 2 },
  { title: "HELD", cell: ({ held }) => String(held), drop: 1 },
];

const incidentColumns = ({ api }: Context): Column<Incident>[] => [
  { title: "INCIDENT", cell: ({ id }) => id },
  { title: "CAUSE", cell: causeOf, flexible: true, least: 28 },
  { title: "PRODUCT", cell: ({ product_tag, env }) => `${product_tag}/${env}` },
  { title: "FAILING", cell: ({ failing }) => String(failing) },
  { title: "LAST", cell: ({ last_at }) => relative(last_at, api.now()) },
];

/** `home` */
export async function showHome(
  context: Context,
  { product: product_tag, env }: ApiOptions & { product?: string; env?: string },
): Promise<void> {
  const { api, columns, json, print, say, when } = context;
  const home = await api.request<Home>("GET", "/v1/home", { query: { product_tag, env } });
  if (json) return print(home);
  const { at, is_complete, tenants, more_tenants, incidents, pauses } = home;
  const isSilent = at !== undefined && api.now() - at > silentMs;
  const loud = tenants.length + more_tenants;
  say([
    ...fields([
      ["looked", at === undefined ? "not yet: the first round comes within a minute" : when(at)],
      ["silent", isSilent ? `for ${duration(api.now() - at)}: does the reconciler run?` : undefined],
      ["incomplete", at === undefined || is_complete ? undefined : "the last round had no time for all of it"],
      ["late", loud === 0 ? "nothing" : loud === 1 ? "in 1 product and env" : `in ${loud} products and envs`],
      ["incidents", incidents.open === 0 ? "none open" : `${incidents.open} open`],
      ["pauses", pauses.length === 0 ? "none" : pauses.map(({ id }) => id).join(", ")],
    ]),
  ]);
  if (tenants.length > 0) say(["", ...makeTable(tenantColumns(context), columns)(tenants, false)]);
  if (incidents.first.length > 0) say(["", ...makeTable(incidentColumns(context), columns)(incidents.first, false)]);
}
