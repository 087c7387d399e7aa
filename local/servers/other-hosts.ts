import { isReference, type Reference, type TextOrReference } from "../../lambdas/core/catalog/references.ts";
import type { Address } from "../host/addresses.ts";
import { isThisMachine } from "../network/this-machine.ts";

/** The hosts of other machines that a catalog would call, each with the products and envs that do: `api.example.com (shop/prd)`. */
export function otherHosts(addresses: readonly Address[], values: ReadonlyMap<string, string>): string[] {
  const places = new Map<string, Set<string>>();
  for (const { address, product, env } of addresses)
    for (const host of hostsIn(textOf(address, values)))
      if (!isThisMachine(host))
        places.set(host, (places.get(host) ?? new Set()).add(env === undefined ? product : `${product}/${env}`));
  return [...places].map(([host, of]) => `${host} (${[...of].join(", ")})`).sort();
}

const textOf = (address: TextOrReference, values: ReadonlyMap<string, string>): string =>
  isReference(address) ? valueBehind(address, values) : address;

function valueBehind(reference: Reference, values: ReadonlyMap<string, string>): string {
  if ("$parameter" in reference) return values.get(reference.$parameter) ?? "";
  const whole = values.get(reference.$secret) ?? "";
  if (reference.key === undefined) return whole;
  try {
    return String((JSON.parse(whole) as Record<string, unknown>)[reference.key] ?? "");
  } catch {
    return "";
  }
}

/** The hosts of a URL, of which those of databases may have several, or of a list of `host:port`. A login in it is left out. */
function hostsIn(text: string): string[] {
  const authority = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(text)?.[1];
  const list = authority ?? (/^[\w.-]+:\d+(,\s*[\w.-]+:\d+)*$/.test(text) ? text : "");
  return list
    .slice(list.lastIndexOf("@") + 1)
    .split(",")
    .map((one) =>
      one
        .trim()
        .replace(/:\d*$/, "")
        .replace(/^\[|\]$/g, ""),
    )
    .filter((host) => host !== "");
}
