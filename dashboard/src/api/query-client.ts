import { QueryCache, QueryClient } from "@tanstack/react-query";
import { AuthenticationError, ConnectionError, DuctapeError, NotFoundError } from "../../../sdk/src/errors.ts";
import { reach, refusals } from "./live.ts";
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

/** Notes why a part of the page is not current any more, or that it is. */
function note(hash: string, error?: unknown): void {
  const before = refusals.get();
  if (error === undefined && !before.has(hash)) return;
  const others = [...before].filter(([one]) => one !== hash);
  refusals.set(new Map(error === undefined ? others : [...others, [hash, error]]));
}

/** That the API is away, and that something was deleted, is said elsewhere. */
const isRefusal = (error: unknown): boolean => !isDown(error) && !(error instanceof NotFoundError);

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
    onError: (error, { queryHash, state }) => {
      if (state.data !== undefined && isRefusal(error)) note(queryHash, error);
      failed(error);
    },
    onSuccess: (_, { queryHash }) => {
      reach.set({ at: Date.now(), down: false });
      note(queryHash);
    },
  }),
  defaultOptions: {
    // `usePoll` decides when to ask.
    queries: { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false, gcTime: 5 * 60_000 },
    mutations: { retry: false },
  },
});

/** What nobody looks at need not be current. */
queryClient.getQueryCache().subscribe(({ type, query }) => {
  if (type === "removed" || (type === "observerRemoved" && query.getObserversCount() === 0)) note(query.queryHash);
});
