import { apiUrl } from "./base.ts";
import { returnFromIssuer } from "./sign-in.ts";
import { keep, makeStore, readKept } from "./store.ts";

/** What the page knows about where it runs and by which key it asks. */
type Session =
  | { state: "opening" }
  /** A person has to sign in or type a key; `refused` after the API did not accept one, `failed` after a sign-in, with the reason. */
  | { state: "locked"; refused?: boolean; failed?: string }
  | { state: "open"; apiKey: string; local: boolean; outbox: boolean; clock: boolean };

const keyName = "ductape.api_key";

export const session = makeStore<Session>({ state: "opening" });

/** The local server hands its key to its own page only; in AWS there is no such path. */
export async function openSession(): Promise<void> {
  const back = await returnFromIssuer();
  if (back) return "apiKey" in back ? unlock(back.apiKey) : session.set({ state: "locked", failed: back.failed });
  const local = await localSession();
  if (local) return session.set({ state: "open", local: true, ...local });
  const apiKey = readKept("session", keyName);
  session.set(apiKey ? remote(apiKey) : { state: "locked" });
}

const remote = (apiKey: string): Session => ({ state: "open", apiKey, local: false, outbox: false, clock: false });

async function localSession(): Promise<{ apiKey: string; outbox: boolean; clock: boolean } | undefined> {
  try {
    const answer = await fetch(`${apiUrl()}/local/session`, { headers: { accept: "application/json" } });
    if (!answer.ok) return undefined;
    const { api_key, outbox, clock } = await answer.json();
    return typeof api_key === "string"
      ? { apiKey: api_key, outbox: outbox === true, clock: clock === true }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The key is kept for this tab only, and forgotten with it. */
export function unlock(apiKey: string): void {
  keep("session", keyName, apiKey);
  session.set(remote(apiKey));
}

export function lock(refused = false): void {
  keep("session", keyName, null);
  session.set(refused ? { state: "locked", refused } : { state: "locked" });
}
