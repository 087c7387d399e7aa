/** This machine, where plain HTTP harms nobody: local runs, emulators, tests. */
const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|\[::1\]|localhost|.+\.localhost)$/.test(host);

/** What is wrong with a function's URL, or undefined. Says nothing of the URL itself, which may hold a key. */
export function urlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return "is not a URL";
  const url = new URL(text);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname)))
    return "must start with https://";
  if (url.username !== "" || url.password !== "") return "must not contain credentials: use auth";
  return undefined;
}

/** What a request to an AWS host is signed for, as far as the host name says it. */
export function signedFor({ hostname }: URL): { service: string; region?: string } {
  const name = /\.(lambda-url|execute-api)\.([a-z0-9-]+)\.(on\.aws|amazonaws\.com(\.cn)?)$/.exec(hostname);
  if (!name) return { service: "lambda" };
  return { service: name[1] === "execute-api" ? "execute-api" : "lambda", region: name[2] as string };
}
