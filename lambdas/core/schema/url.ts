/** This machine, where plain HTTP harms nobody: local runs, emulators, tests. */
export const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|\[::1\]|localhost|.+\.localhost)$/.test(host);

/**
 * What is wrong with a URL that something is sent to, or undefined. `plainLoopback` lets plain HTTP reach this very
 * machine. Says nothing of the URL itself, which may hold a key.
 */
export function urlFault(text: string, { plainLoopback = false } = {}): string | undefined {
  const url = URL.parse(text);
  if (!url) return "is not a URL";
  const isPlain = plainLoopback && url.protocol === "http:" && isLoopback(url.hostname);
  if (url.protocol !== "https:" && !isPlain) return "must start with https://";
  if (url.username !== "" || url.password !== "") return "must not contain credentials";
  return undefined;
}

/** An http(s) URL of the catalog. One with credentials is none: they would reach logs, and fetch refuses them too. */
export function httpUrl(text: string): URL | undefined {
  const url = URL.parse(text.trim());
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : undefined;
}
