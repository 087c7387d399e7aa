import { createDuctape, type Ductape } from "../../../sdk/src/index.ts";
import { apiUrl } from "./base.ts";
import { heardFrom } from "./clock.ts";
import { makeEtagFetch } from "./etag-fetch.ts";
import { session } from "./session.ts";

export const etagFetch = makeEtagFetch(async (...request) => {
  const answer = await globalThis.fetch(...request);
  heardFrom(answer);
  return answer;
});

let made: { key: string; client: Ductape } | undefined;

/** The SDK with the session's key. Failures are shown at once and the next poll tries again, so the SDK itself repeats little. */
export function ductape(): Ductape {
  const now = session.get();
  if (now.state !== "open") throw new Error("There is no session.");
  if (made?.key !== now.apiKey) {
    const client = createDuctape({ url: apiUrl(), apiKey: now.apiKey, fetch: etagFetch, maxRetries: 1 });
    made = { key: now.apiKey, client };
  }
  return made.client;
}
