import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../gateway/http.ts";
import type { Caught } from "./caught.ts";

/** The demo's cloud function: the price of a quantity of an article. An article always costs the same, 5 to 105 per piece. */
export async function handlePricing(caught: Caught, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readJson(request);
  caught.add({ kind: "http", method: "POST", path: "/pricing", headers: {}, body });
  const { sku, quantity } = body ?? {};
  if (typeof sku !== "string" || typeof quantity !== "number" || !(quantity > 0)) {
    return sendJson(response, 400, { error: "the request needs a sku and a quantity above 0" });
  }
  const cents = 500 + (createHash("sha256").update(sku).digest().readUInt32BE() % 10_000);
  const total = Math.round(cents * quantity) / 100;
  sendJson(response, 200, { sku, quantity, unit_price: cents / 100, total, currency: "EUR" });
}
