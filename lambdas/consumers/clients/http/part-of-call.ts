import { paramsOf } from "./url.ts";

/** What decides where a field belongs: the action of the catalog. */
interface Described {
  method: string;
  path: string;
  defaults?: { query?: object | undefined; headers?: object | undefined } | undefined;
}

/**
 * The part of a call in which a field without a prefix belongs: a param of the path, a query parameter or header that the
 * catalog has a default for, else the body or, for a GET request, the query.
 */
export function partOfCall(call: Described | undefined, field: string): "params" | "query" | "headers" | "body" {
  if (!call) return "body";
  if (paramsOf(call.path).includes(field)) return "params";
  if (Object.hasOwn(call.defaults?.query ?? {}, field)) return "query";
  if (Object.hasOwn(call.defaults?.headers ?? {}, field)) return "headers";
  return call.method === "GET" ? "query" : "body";
}
