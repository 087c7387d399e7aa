import type { Hook, HookDelivery, Replay } from "ductape-sdk";
import { path } from "./api.ts";
import type { ApiOptions, Context } from "./context.ts";
import { type DeliveryPageOptions, deliveriesAt } from "./delivery-pages.ts";
import { showList } from "./show-list.ts";
import { clean } from "./terminal/clean.ts";
import { type Column, fields, table } from "./terminal/table.ts";

interface ListOptions extends ApiOptions {
  product?: string;
  env?: string;
}

const columns: Column<Hook>[] = [
  { title: "HOOK", cell: ({ hook }) => clean(hook) },
  { title: "PRODUCT", cell: ({ product_tag, env }) => `${product_tag}/${env}` },
  { title: "SIGNED BY", cell: ({ preset }) => preset, drop: 2 },
  {
    title: "BECOMES",
    cell: ({ event, signal }) => (event === undefined ? `signal ${signal}` : `event ${event}`),
    drop: 1,
  },
  { title: "PATH", cell: ({ path }) => path },
];

/** `hooks`: where providers deliver. */
export async function listHooks(context: Context, { product: product_tag, env }: ListOptions): Promise<void> {
  const { hooks } = await context.api.request<{ hooks: Hook[] }>("GET", "/v1/hooks", { query: { product_tag, env } });
  context.print({ hooks });
  if (hooks.length === 0) context.io.err.write("The catalog has no hooks: write `hooks` of a product.\n");
  else context.say(table(columns, hooks, context.columns));
}

interface Tenant extends ApiOptions {
  product: string;
  env: string;
}

const pathOf = ({ product, env }: Tenant, hook: string): string => path`/v1/hooks/${product}/${env}/${hook}/deliveries`;

/** What it became, or why it did not. */
const cameOf = ({ job_id, signal_id, code, errors = [] }: HookDelivery): string =>
  clean(job_id ?? signal_id ?? [code, ...errors.map(({ pointer, detail }) => `${pointer} ${detail}`)].join(" "));

const deliveryColumns = ({ when }: Context): Column<HookDelivery>[] => [
  { title: "DELIVERY", cell: ({ id }) => id },
  { title: "AT", cell: ({ at }) => when(at) },
  { title: "OUTCOME", cell: ({ outcome }) => outcome },
  { title: "OF THE PROVIDER", cell: ({ delivery_id }) => delivery_id && clean(delivery_id), drop: 1 },
  { title: "BECAME", cell: cameOf, flexible: true, least: 20 },
];

/** `hooks deliveries` */
export async function listDeliveries(
  context: Context,
  hook: string,
  options: Tenant & DeliveryPageOptions,
): Promise<void> {
  const listing = deliveriesAt(pathOf(options, hook), options, "Nothing has been delivered.");
  await showList<HookDelivery>(context, { ...listing, columns: deliveryColumns(context) }, options);
}

/** `hooks delivery` */
export async function showDelivery(context: Context, hook: string, id: string, options: Tenant): Promise<void> {
  const shown = await context.api.request<HookDelivery>("GET", pathOf(options, hook) + path`/${id}`);
  context.print(shown);
  const { outcome, at, delivery_id, job_id, signal_id, code, errors, body_bytes, replayable, headers, body } = shown;
  context.say([
    `${shown.id}  ${outcome}`,
    ...fields([
      ["at", context.when(at)],
      ["of the provider", delivery_id && clean(delivery_id)],
      ["job", job_id],
      ["signal", signal_id && clean(signal_id)],
      ["code", code],
      ...(errors ?? []).map(({ pointer, detail }) => [clean(pointer), clean(detail)] as const),
      ["size", `${body_bytes} bytes${replayable ? "" : ", which are not kept"}`],
      ...Object.entries(headers ?? {}).map(([name, value]) => [clean(name), clean(value)] as const),
      ["body", body && clean(body)],
    ]),
  ]);
}

/** `hooks replay` */
export async function replayDelivery(
  context: Context,
  hook: string,
  id: string,
  { key, dryRun, ...options }: Tenant & { key?: string; dryRun?: boolean },
): Promise<void> {
  const replay = await context.api.request<Replay>("POST", `${pathOf(options, hook)}${path`/${id}`}/replay`, {
    query: { dry_run: dryRun },
    ...(key !== undefined && { headers: { "idempotency-key": key } }),
    repeatable: true,
  });
  context.print(replay);
  const { outcome, job_id, signal_id } = replay;
  context.say([
    outcome,
    ...fields([
      ["job", job_id],
      ["signal", signal_id && clean(signal_id)],
    ]),
  ]);
}
