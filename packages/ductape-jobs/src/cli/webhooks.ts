import type { WebhookDelivery } from "ductape-sdk";
import { path } from "./api.ts";
import type { ApiOptions, Context } from "./context.ts";
import { type DeliveryPageOptions, deliveriesAt } from "./delivery-pages.ts";
import { showList } from "./show-list.ts";
import { clean } from "./terminal/clean.ts";
import { type Column, fields } from "./terminal/table.ts";

interface Tenant extends ApiOptions {
  product: string;
  env: string;
}

const pathOf = ({ product, env }: Tenant, webhook: string): string =>
  path`/v1/webhooks/${product}/${env}/${webhook}/deliveries`;

/** What was answered last, or why nothing was. */
const lastOf = ({ attempts }: WebhookDelivery): string => {
  const last = attempts.at(-1);
  return last === undefined ? "" : `${last.code ?? last.status ?? ""}`;
};

const columnsOf = ({ when }: Context): Column<WebhookDelivery>[] => [
  { title: "DELIVERY", cell: ({ id }) => id },
  { title: "AT", cell: ({ at }) => when(at) },
  { title: "EVENT", cell: ({ type }) => type },
  { title: "JOB", cell: ({ job_id }) => job_id, drop: 1 },
  { title: "OUTCOME", cell: ({ outcome }) => outcome },
  { title: "ATTEMPTS", cell: ({ attempts }) => String(attempts.length), drop: 2 },
  { title: "LAST", cell: lastOf },
];

/** `webhooks deliveries` */
export async function listSent(
  context: Context,
  webhook: string,
  options: Tenant & DeliveryPageOptions,
): Promise<void> {
  const listing = deliveriesAt(pathOf(options, webhook), options, "Nothing has been sent.");
  await showList<WebhookDelivery>(context, { ...listing, columns: columnsOf(context) }, options);
}

function show(context: Context, sent: WebhookDelivery): void {
  context.print(sent);
  const { id, outcome, at, type, job_id, webhook_id, next_at, attempts, body, answer } = sent;
  context.say([
    `${id}  ${outcome}`,
    ...fields([
      ["event", type],
      ["at", context.when(at)],
      ["job", job_id],
      ["webhook-id", webhook_id],
      ...attempts.map(
        ({ at: made, attempt, ms, status, code }) =>
          [`attempt ${attempt}`, `${context.when(made)}: ${code ?? status} in ${ms} ms`] as const,
      ),
      ["next", context.when(next_at)],
      ["body", body && clean(body)],
      ["answer", answer && clean(`${answer.status} ${answer.body}`)],
    ]),
  ]);
}

/** `webhooks delivery` */
export async function showSent(context: Context, webhook: string, id: string, options: Tenant): Promise<void> {
  show(context, await context.api.request<WebhookDelivery>("GET", pathOf(options, webhook) + path`/${id}`));
}

/** `webhooks resend` */
export async function resend(
  context: Context,
  webhook: string,
  id: string,
  { dryRun, ...options }: Tenant & { dryRun?: boolean },
): Promise<void> {
  const to = `${pathOf(options, webhook)}${path`/${id}`}/resend`;
  show(context, await context.api.request<WebhookDelivery>("POST", to, { query: { dry_run: dryRun } }));
}
