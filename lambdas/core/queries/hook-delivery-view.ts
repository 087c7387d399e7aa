import type * as z from "zod";
import { may, type Scopes } from "../access/scopes.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { HookDelivery, KeptDelivery } from "../job/hook-delivery.ts";
import { defined, pick } from "../kernel/defined.ts";
import type { HookDeliverySchema } from "./schemas/hook-deliveries.ts";

type HookDeliveryView = z.infer<typeof HookDeliverySchema>;

/** A delivery as lists have it. */
export function hookDeliveryView(delivery: HookDelivery, replayable: boolean): HookDeliveryView {
  const { product, faults, bytes } = delivery;
  const names = ["id", "at", "env", "hook", "outcome", "delivery_id", "event", "job_id", "signal_id", "code"] as const;
  return {
    ...pick(delivery, names),
    ...{ product_tag: product, body_bytes: bytes, replayable },
    ...defined({ errors: faults?.map(({ pointer, detail }) => ({ pointer, detail })) }),
  };
}

/** A delivery with what was sent, for those who may see inputs. */
export function hookDeliveryInFull(
  catalog: Pick<Catalog, "lookup">,
  { delivery, sent }: KeptDelivery,
  scopes: Scopes,
): HookDeliveryView {
  const view = hookDeliveryView(delivery, sent !== undefined);
  if (!sent || !may(scopes, "jobs:input", delivery) || hidesParts(catalog, delivery)) return view;
  const { headers, body } = sent;
  const text = body.toString("utf8");
  const shown = Buffer.from(text).equals(body)
    ? { body: text }
    : { body: body.toString("base64"), body_encoding: "base64" as const };
  return { ...view, headers: { ...headers }, ...shown };
}

/** Whether its event hid parts of inputs when it came, or does now. Where they are in the body is not known. */
const hidesParts = (catalog: Pick<Catalog, "lookup">, { product, event, hides }: HookDelivery): boolean =>
  hides === true || (event !== undefined && (catalog.lookup(product, event)?.event.redact ?? []).length > 0);
