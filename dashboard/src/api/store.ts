import { useSyncExternalStore } from "react";

interface Store<T> {
  get(): T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

/** A value that components follow with `useStore`, for state that belongs to no component. */
export function makeStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get);

/** Reads a kept setting. Storage may be off (private windows, policies): then settings last as long as the page. */
export function readKept(storage: "local" | "session", name: string): string | null {
  try {
    return window[`${storage}Storage`].getItem(name);
  } catch {
    return null;
  }
}

export function keep(storage: "local" | "session", name: string, value: string | null): void {
  try {
    if (value === null) window[`${storage}Storage`].removeItem(name);
    else window[`${storage}Storage`].setItem(name, value);
  } catch {
    // Storage is off or full.
  }
}
