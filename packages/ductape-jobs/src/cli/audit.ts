import type { AuditEntry } from "ductape-sdk";
import { apiTime } from "./api-time.ts";
import type { WrittenTime } from "./arguments/read-time.ts";
import type { ApiOptions, Context } from "./context.ts";
import type { PageOptions } from "./pages.ts";
import { showList } from "./show-list.ts";
import { clean } from "./terminal/clean.ts";
import type { Column } from "./terminal/table.ts";

interface AuditOptions extends ApiOptions, PageOptions {
  product?: string;
  env?: string;
  action?: string;
  actor?: string;
  target?: string;
  from?: WrittenTime;
  to?: WrittenTime;
}

const whoOf = ({ actor: { kind, id, name, person } }: AuditEntry): string =>
  clean(person?.email ?? name ?? (id === undefined ? "an unknown AWS identity" : `${kind} ${id}`));

const whereOf = ({ product_tag, env, envs = [] }: AuditEntry): string =>
  product_tag === undefined ? "the deployment" : `${product_tag}/${env ?? (envs.join(",") || "*")}`;

/** `status: queued > cancelled, due_at: ...`; what JSON a value is, is shown as JSON. */
export function changeOf({ before = {}, after = {} }: AuditEntry): string {
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const parts = names.map((name) => {
    const [was, is] = [before[name], after[name]];
    const shown = [was, is].filter((value) => value !== undefined).map(text);
    return `${name}: ${is === undefined ? `${shown.join("")} > none` : shown.join(" > ")}`;
  });
  return clean(parts.join(", "));
}

const columnsOf = ({ when }: Context): Column<AuditEntry>[] => [
  { title: "AT", cell: ({ at }) => when(at) },
  { title: "WHO", cell: whoOf },
  { title: "ACTION", cell: ({ action }) => action },
  { title: "TARGET", cell: ({ target }) => clean(target) },
  { title: "PRODUCT", cell: whereOf, drop: 3 },
  { title: "REASON", cell: ({ reason }) => reason && clean(reason), drop: 2 },
  { title: "CHANGE", cell: changeOf, flexible: true, least: 20, drop: 1 },
];

/** `audit` */
export async function listAudit(context: Context, options: AuditOptions): Promise<void> {
  const { product: product_tag, env, action, actor, target } = options;
  const [from, to] = [await apiTime(context.api, options.from), await apiTime(context.api, options.to)];
  const query = { product_tag, env, action, actor, target, from, to };
  const listing = { path: "/v1/audit", field: "entries", query, columns: columnsOf(context), none: "No changes." };
  await showList<AuditEntry>(context, listing, options);
}
