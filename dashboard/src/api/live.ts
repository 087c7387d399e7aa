import { makeStore, useStore } from "./store.ts";

/** Whether live updates go on: a person may pause them, and a hidden tab asks nothing. */
export const paused = makeStore(false);
export const hidden = makeStore(document.visibilityState === "hidden");
document.addEventListener("visibilitychange", () => hidden.set(document.visibilityState === "hidden"));

export const useLive = (): boolean => {
  const isPaused = useStore(paused);
  const isHidden = useStore(hidden);
  return !isPaused && !isHidden;
};

/** When the API last answered anything, and whether the last request reached it. */
export const reach = makeStore<{ at: number | undefined; down: boolean }>({ at: undefined, down: false });

/** Why the API refuses to say anew what is shown from before, by the hash of the query. */
export const refusals = makeStore<ReadonlyMap<string, unknown>>(new Map());
