import { useSyncExternalStore } from "react";

/*
 * Routes are behind the hash, and so is their query: `#/jobs?status=failed`. So the page works below any path, a reload stays on
 * the page, and filters travel with the link, yet none of it reaches a server or its logs.
 */

const read = (): string => location.hash.replace(/^#?\/?/, "/");

const pathOf = (hash: string): string => hash.split("?")[0] || "/";
const searchOf = (hash: string): string => hash.split("?").slice(1).join("?");

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  addEventListener("popstate", listener);
  return () => {
    removeEventListener("hashchange", listener);
    removeEventListener("popstate", listener);
  };
}

/** Goes to `/jobs?status=failed`. With `replace`, the back button skips the place that is left. */
export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  const url = `${location.pathname}${location.search}#${to}`;
  if (replace) history.replaceState(history.state, "", url);
  else history.pushState(null, "", url);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export const useHashLocation = (): [string, typeof navigate] => [
  useSyncExternalStore(subscribe, () => pathOf(read())),
  navigate,
];
useHashLocation.hrefs = (href: string): string => `#${href}`;

export const useHashSearch = (): string => useSyncExternalStore(subscribe, () => searchOf(read()));
