/** Whether a host is this machine, where plain HTTP is safe: local runs, emulators, tests. */
export const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|\[::1\]|localhost|.+\.localhost)$/.test(host);

/**
 * The fault of a URL that requests are sent to, or undefined. `plainLoopback` allows plain HTTP to this machine. The fault
 * does not quote the URL, which may contain a key.
 */
export function urlFault(text: string, { plainLoopback = false } = {}): string | undefined {
  const url = URL.parse(text);
  if (!url) return "is not a URL";
  const isPlain = plainLoopback && url.protocol === "http:" && isLoopback(url.hostname);
  if (url.protocol !== "https:" && !isPlain) return "must start with https://";
  if (url.username !== "" || url.password !== "") return "must not contain credentials";
  return undefined;
}

/** Parses an http(s) URL of the catalog. URLs with credentials are refused: they would reach logs, and fetch rejects them. */
export function httpUrl(text: string): URL | undefined {
  const url = URL.parse(text.trim());
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : undefined;
}
