type Fetch = typeof globalThis.fetch;

interface Known {
  etag: string;
  body: string;
  headers: [string, string][];
}

/** The most answers to keep. A page polls few addresses at once; the oldest make room. */
const most = 60;
/** A larger answer is not kept: the browser would hold its text twice. */
const largestBody = 2_000_000;

/**
 * A fetch that sends `If-None-Match` with a GET whose last answer had an ETag, and answers from its memory on 304. So a poll that
 * brings nothing new costs no body. The browser's own cache does not do this: answers of the API are `no-store`.
 */
export function makeEtagFetch(fetch: Fetch): Fetch {
  const known = new Map<string, Known>();
  return async (input, init = {}) => {
    const { method = "GET", headers } = init;
    if (method !== "GET") return fetch(input, init);
    const key = keyOf(String(input), headers);
    const before = known.get(key);
    const asked = new Headers(headers);
    if (before) asked.set("if-none-match", before.etag);
    const answer = await fetch(input, { ...init, headers: asked });
    if (answer.status === 304 && before) return again(before, answer);
    const etag = answer.headers.get("etag");
    if (!answer.ok || etag === null) return answer;
    const body = await answer.text();
    if (body.length <= largestBody) remember(known, key, { etag, body, headers: [...answer.headers] });
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
}

/** Another key may see another answer at the same address. */
const keyOf = (url: string, headers: RequestInit["headers"]): string =>
  `${new Headers(headers).get("authorization") ?? ""} ${url}`;

function remember(known: Map<string, Known>, key: string, answer: Known): void {
  known.delete(key);
  known.set(key, answer);
  const oldest = known.keys().next().value;
  if (known.size > most && oldest !== undefined) known.delete(oldest);
}

/** The answer that is still valid, with the Date of the 304, by which the SDK reads the API's clock. */
function again(before: Known, answer: Response): Response {
  const headers = new Headers(before.headers);
  for (const name of ["date", "x-request-id"]) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(before.body, { status: 200, headers });
}
