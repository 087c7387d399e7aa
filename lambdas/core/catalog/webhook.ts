import * as z from "zod";
import { finalEvents, type JobEventName, jobEvents } from "../job/job-event.ts";
import { strict } from "../kernel/schema.ts";
import { urlFault } from "../kernel/url.ts";
import type { Product } from "./job-type.ts";
import { Reference, TextOrReference } from "./reference-schema.ts";

/** The endpoint of an env. `secret` has the format of Standard Webhooks: `whsec_` and 24 to 64 random bytes in base64. */
const Endpoint = strict({
  url: TextOrReference.refine((url) => typeof url !== "string" || urlFault(url) === undefined, {
    error: "must be an https URL without credentials",
  }),
  secret: Reference,
  /** While a secret is being replaced, both sign, so that receivers can switch at any time. */
  previous_secret: Reference.optional(),
});

/** A webhook in the catalog: `webhooks.<tag>` of a product. An env that it does not name has none. */
export const Webhook = strict({
  /** The transitions that it receives. Default: the final ones. */
  events: z.array(z.enum(jobEvents)).min(1).optional(),
  envs: z.record(z.string(), Endpoint),
});

export type Webhook = z.input<typeof Webhook>;

/** One webhook in one env. */
export interface EndpointName {
  product: string;
  env: string;
  webhook: string;
}

/** The message group of a delivery: each endpoint has its own, so that a slow one does not delay the others. */
export const endpointGroupOf = ({ product, env, webhook }: EndpointName): string => `${product}:${env}:${webhook}`;

export type ProductEndpoint = EndpointName & z.infer<typeof Endpoint> & { events: readonly JobEventName[] };

/** Every endpoint of the catalog. */
export const endpointsOf = (products: readonly Product[]): ProductEndpoint[] =>
  products.flatMap((product) =>
    Object.entries(webhooksOf(product)).flatMap(([webhook, { envs, events = finalEvents }]) =>
      Object.entries(envs).map(([env, endpoint]) => ({ product: product.tag, env, webhook, events, ...endpoint })),
    ),
  );

export const webhooksOf = (product: Product): Record<string, Webhook> =>
  (product.webhooks ?? {}) as Record<string, Webhook>;
