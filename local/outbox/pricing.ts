import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../http.ts";
import type { Caught } from "./caught.ts";

const unitPrice = 12.5;

/** The demo's cloud function: `{sku, quantity}` in, a price out. */
export async function handlePricing(caught: Caught, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await readJson(request)) ?? {};
  const quantity = Number(body.quantity);
  caught.add({ kind: "http", method: "POST", path: request.url ?? "/pricing", headers: {}, body });
  if (!Number.isFinite(quantity)) return sendJson(response, 422, { error: "quantity is not a number" });
  sendJson(response, 200, { sku: body.sku, quantity, total: unitPrice * quantity, currency: "EUR" });
}
