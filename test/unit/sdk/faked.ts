import Ductape, { type DuctapeOptions } from "../../../sdk/src/index.ts";
import { apiKey, aReceipt } from "./fake-api.ts";

export const url = "https://jobs.example.com";
export const here = { product: "my-product", env: "prd" };

/** A client whose fetch is a function: what it asks for, as method, path and body. */
export function faked(options: DuctapeOptions = here) {
  const seen: { path: string; body: unknown }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const text = init?.body as string | undefined;
    seen.push({ path: String(input).slice(url.length), body: text === undefined ? undefined : JSON.parse(text) });
    return Response.json(aReceipt());
  };
  return { seen, client: new Ductape({ url, apiKey, fetch, ...options }) };
}
