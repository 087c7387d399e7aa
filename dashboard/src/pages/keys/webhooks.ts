/** A webhook endpoint of the catalog with what became of its deliveries. Times are epoch milliseconds. */
export interface Webhook {
  product_tag: string;
  env: string;
  webhook: string;
  events: string[];
  state: "enabled" | "failing" | "disabled";
  failures?: number;
  failing_since?: number;
  last_failure?: number | { at?: number; code?: string };
  disabled_at?: number;
  reason?: string;
  recent_failures?: Failure[];
}

export interface Failure {
  at: number;
  event: string;
  job_id: string;
  code: string;
  attempt: number;
}

export const tones = { enabled: "good", failing: "warn", disabled: "bad" } as const;

export const nameOf = ({ product_tag, env, webhook }: Webhook): string => `${product_tag}/${env}/${webhook}`;

/** The path that enables it again. */
export const enablePath = ({ product_tag, env, webhook }: Webhook): string =>
  `/v1/webhooks/${[product_tag, env, webhook].map(encodeURIComponent).join("/")}/enable`;

/** Disabled and failing ones first: they are what one comes for. */
export const byUrgency = (webhooks: readonly Webhook[]): Webhook[] =>
  [...webhooks].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || nameOf(a).localeCompare(nameOf(b)));

const order = ["disabled", "failing", "enabled"];
