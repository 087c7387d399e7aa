import { QueryCache, QueryClient } from "@tanstack/react-query";
import { AuthenticationError, ConnectionError, DuctapeError } from "../../../sdk/src/errors.ts";
import { reach } from "./live.ts";
import { lock, session } from "./session.ts";

/** 502 to 504 come from a proxy in front of an API that is down. */
export const isDown = (error: unknown): boolean =>
  error instanceof ConnectionError ||
  error instanceof TypeError ||
  (error instanceof DuctapeError && [502, 503, 504].includes(error.status ?? 0));

/** API Gateway answers 403 without a code of ours for a key that it does not know. */
const isUnknownKey = (error: unknown): boolean =>
  error instanceof AuthenticationError ||
  (error instanceof DuctapeError && error.status === 403 && /not known/.test(error.message));

function failed(error: unknown): void {
  if (isDown(error)) reach.set({ at: reach.get().at, down: true });
  const now = session.get();
  if (isUnknownKey(error) && now.state === "open" && !now.local) lock(true);
}

const keyOf = (now: ReturnType<typeof session.get>) => (now.state === "open" ? now.apiKey : undefined);
let key = keyOf(session.get());

/** Another key has other rights, and sees other things. What was asked for by the one before is not waited for any more. */
session.subscribe(() => {
  const before = key;
  key = keyOf(session.get());
  if (key === before) return;
  queryClient.clear();
  reach.set({ at: undefined, down: false });
});

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: failed,
    onSuccess: () => reach.set({ at: Date.now(), down: false }),
  }),
  defaultOptions: {
    // `usePoll` decides when to ask.
    queries: { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false, gcTime: 5 * 60_000 },
    mutations: { retry: false },
  },
});
