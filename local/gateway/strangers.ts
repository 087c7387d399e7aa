import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/** The names of this machine, with or without a port. */
const ownHost = /^(localhost|[a-z0-9.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Serves only programs of this machine. The parts require no key of each other, and any page that is open in a browser here can
 * reach loopback too: with a form, an image, or under a domain name that resolves to 127.0.0.1 (DNS rebinding). So every port
 * refuses a Host that is not this machine, and requests that the browser marks as made by another site's page.
 */
export function forThisMachine(listener: RequestListener): RequestListener {
  return (request, response) => {
    const fault = foreign(request);
    if (fault === undefined) listener(request, response);
    else refuse(response, fault);
  };
}

/** Why a request cannot come from a program of this machine; undefined if it may. */
function foreign({ headers }: IncomingMessage): string | undefined {
  const { host = "", origin, "sec-fetch-site": site } = headers;
  if (!ownHost.test(host)) return "has a Host other than localhost, 127.0.0.1 or [::1]";
  // For a form or a script the browser sends the page's origin, or "null" where it withholds it, as of a page that wants no referrer.
  const isWithheld = origin === "null" && site === "same-origin";
  if (origin !== undefined && origin !== `http://${host}` && !isWithheld)
    return "comes from a web page of another site (Origin)";
  // For an image or a link it sends no origin, but says whether the page is from another site; "none" is the address bar.
  const isOwn = site === undefined || site === "same-origin" || site === "none";
  return isOwn ? undefined : "comes from a web page of another site (Sec-Fetch-Site)";
}

function refuse(response: ServerResponse, fault: string): void {
  const message = `This port serves programs on this machine only, and the request ${fault}.`;
  // Do not wait for the body: the connection ends with the answer.
  response.writeHead(403, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ message }));
}
