import { useEffect, useRef, useState } from "react";
import { toast } from "../ui/toast-store.ts";
import { unseenFailure } from "./unseen-failure.ts";
import { useRefresh } from "./use-poll.ts";

export interface Change<Args extends unknown[]> {
  run(...args: Args): Promise<boolean>;
  busy: boolean;
  error: unknown;
  reset(): void;
}

/**
 * A change of something on the server: it says that it worked (`done`), asks anew for what is on screen, and keeps the error for
 * the dialog that started it, or says that it failed if that was closed meanwhile. `run` resolves with whether it worked. A change that takes away what is on screen leaves it
 * instead of asking anew, which would be answered that it is not there.
 */
export function useChange<Args extends unknown[], T>(
  change: (...args: Args) => Promise<T>,
  done: (result: T, ...args: Args) => string,
  leave?: () => void,
): Change<Args> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const refresh = useRefresh();
  const isShown = useRef(true);
  useEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  const run = async (...args: Args) => {
    setBusy(true);
    setError(undefined);
    try {
      const result = await change(...args);
      toast(done(result, ...args));
      if (leave) leave();
      else await refresh();
      return true;
    } catch (failure) {
      if (isShown.current) setError(failure);
      else toast(unseenFailure(failure), "bad");
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, error, reset: () => setError(undefined) };
}
