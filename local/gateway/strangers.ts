import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/** This machine by its own names, with a port or without. */
const ownHost = /^(localhost|[a-z0-9.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Serves the programs of this machine only. Nothing between the pieces asks for a key, and whatever page is open in a browser here
 * reaches loopback too: with a form, an image, or under a name of its own that leads to 127.0.0.1 (DNS rebinding). So every port refuses
 * a Host that is not this machine, and requests of which the browser says that another page makes them.
 */
export function forThisMachine(listener: RequestListener): RequestListener {
  return (request, response) => {
    const fault = foreign(request);
    if (fault === undefined) listener(request, response);
    else refuse(response, fault);
  };
}

/** What gives a request away as one that no program of this machine makes; undefined where nothing does. */
function foreign({ headers }: IncomingMessage): string | undefined {
  const { host = "", origin, "sec-fetch-site": site } = headers;
  if (!ownHost.test(host)) return "for another name (Host) than localhost, 127.0.0.1 or [::1]";
  // With a form or a script a browser names the page's origin, and "null" for one that it keeps to itself.
  if (origin !== undefined && origin !== `http://${host}`) return "of a web page of elsewhere (Origin)";
  // With an image or a link it names none, but says whether the page is of elsewhere; "none" is the address bar.
  const isOwn = site === undefined || site === "same-origin" || site === "none";
  return isOwn ? undefined : "of a web page of elsewhere (Sec-Fetch-Site)";
}

function refuse(response: ServerResponse, fault: string): void {
  const message = `This port is for programs of this machine, and the request is ${fault}.`;
  // Without waiting for the body: the connection ends with the answer.
  response.writeHead(403, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ message }));
}
