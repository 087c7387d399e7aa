import type { Webhook } from "../../../sdk/src/index.ts";
import { query } from "../api/request.ts";

export const tones = { enabled: "good", failing: "warn", disabled: "bad" } as const;

export const nameOf = ({ product_tag, env, webhook }: Webhook): string => `${product_tag}/${env}/${webhook}`;

/** Disabled and failing ones first: they are what one comes for. */
export const byUrgency = (webhooks: readonly Webhook[]): Webhook[] =>
  [...webhooks].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || nameOf(a).localeCompare(nameOf(b)));

const order = ["disabled", "failing", "enabled"];

/** Where the page lists what was sent to an endpoint. */
export const sentTo = ({ product_tag, env, webhook }: Webhook): string =>
  `/deliveries${query({ kind: "sent", of: webhook, product: product_tag, env })}`;
