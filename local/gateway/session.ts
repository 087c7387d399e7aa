import { type Handler, sendJson } from "./http.ts";

/**
 * Hands the page of this port the API key, so that nobody has to type it, and says what this machine has besides the API.
 * `strangers.ts` has refused every Host that is not this machine and every page of elsewhere. This answers even less: only to
 * a request of which the browser itself says that a page of this origin made it, which no script can say in its place. Anything
 * else finds nothing here, as in AWS.
 */
export const makeSession =
  (apiKey: string): Handler =>
  async (request, response) => {
    const { origin, "sec-fetch-site": site } = request.headers;
    // A form of the pages of approvals withholds its origin. None of them needs the key.
    const isOwnPage = request.method === "GET" && site === "same-origin" && origin !== "null";
    if (!isOwnPage) return sendJson(response, 404, { message: "Not Found" });
    sendJson(response, 200, { api_key: apiKey, outbox: true, clock: true }, privately);
  };

/** Neither kept by the browser nor readable by anything that another site embeds. */
const privately = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};
