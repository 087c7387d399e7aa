import { InvalidRequestError } from "./errors.ts";
import type { CallOptions } from "./jobs.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

/** A request to an operation of the API, for what this client has no method for. */
export interface RequestOptions extends CallOptions {
  /**
   * The parameters of the query string. Those that are undefined are left out.
   * @default none
   * @example `{ product_tag: "my-product", limit: 50 }`
   */
  query?: Record<string, string | number | boolean | undefined> | undefined;
  /**
   * The body, which is sent as JSON.
   * @default none
   * @example `{ reason: "the order was returned" }`
   */
  body?: unknown;
  /**
   * Further headers.
   * @default none
   * @example `{ "idempotency-key": "order-12345" }`
   */
  headers?: Record<string, string> | undefined;
  /**
   * Whether the same request may be sent again after a network failure or a 5xx, which may have carried it out.
   * @default `true`, except for POST
   * @example `true`
   */
  repeatable?: boolean | undefined;
}

export type RequestMethod = "GET" | "POST" | "PUT" | "DELETE";

/**
 * Sends a request and resolves with what the API answers, unchanged; an empty object where it answers nothing. Rejects as every other
 * call does.
 */
export type SendRequest = <Answer = Record<string, unknown>>(
  method: RequestMethod,
  path: string,
  options?: RequestOptions,
) => Promise<Answer>;

export const createRequest =
  (transport: Transport): SendRequest =>
  async <Answer>(method: RequestMethod, path: string, options: RequestOptions = {}) => {
    // The path is appended to the address: one that does not begin with a slash could name another host.
    if (typeof path !== "string" || !path.startsWith("/"))
      throw new InvalidRequestError("INVALID_REQUEST", 'request needs a path that begins with "/".', []);
    const { query = {}, body, headers, signal, repeatable = method !== "POST" } = options;
    const sent = { ...(body !== undefined && { body: written(body) }), ...(headers && { headers }) };
    return (await transport.call({ method, path: path + queryString(query), ...sent, signal, repeatable })) as Answer;
  };
