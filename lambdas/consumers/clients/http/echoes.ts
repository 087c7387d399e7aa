/** What was sent, as far as a provider may repeat it. */
export interface SentCall {
  url: URL;
  headers: Iterable<[name: string, value: string]>;
  body?: string | undefined;
}

/** Shorter codes occur in a request by chance, so they are only compared with its whole values. */
const shortest = 4;
/** A shorter value of the request may be a word that a code happens to contain. */
const shortestInCode = 6;

/**
 * Whether a code may come from the request: providers repeat what they refuse, with the input and the credentials in it. The
 * requests are compared as they were sent and decoded, without regard to case.
 */
export function echoesOf(requests: readonly SentCall[]): (code: string) => boolean {
  const lower = (values: string[]) => values.map((value) => value.toLowerCase());
  const places = lower(requests.flatMap(({ url }) => urlPartsOf(url)));
  const values = lower(requests.flatMap(sentValuesOf));
  const bodies = lower(requests.map(({ body = "" }) => body));
  // The path is mostly the catalog's, and has words that codes have too; a digit makes it an id.
  const contained = [...values, ...places.filter((place) => /\d/.test(place))].filter(
    (value) => value.length >= shortestInCode,
  );
  return (code) => {
    const plain = code.toLowerCase();
    if (plain.length < shortest) return values.includes(plain) || places.includes(plain);
    return (
      [...values, ...places, ...bodies].some((value) => value.includes(plain)) ||
      contained.some((value) => plain.includes(value))
    );
  };
}

const urlPartsOf = ({ hostname, pathname }: URL): string[] => [hostname, ...pathname.split("/").flatMap(bothWays)];

/** Each value of a request. Nothing here decides what is sent, so what cannot be decoded is left unchanged. */
function sentValuesOf({ url, headers, body = "" }: SentCall): string[] {
  const ofHeaders = [...headers].flatMap(([name, value]) =>
    isOurs(name, value) ? [] : [value, ...credentialForms(value)],
  );
  return [...ofHeaders, ...url.searchParams.values(), ...leavesOf(body)].filter((value) => value !== "");
}

/** Our own key is random digits, in which a number may occur by chance, and so is a trace. A key of a caller is a value like others. */
const isOurs = (name: string, value: string): boolean =>
  (name.toLowerCase() === "idempotency-key" && /^job_\w+-\d+$/.test(value)) || name.toLowerCase() === "traceparent";

/** The credentials in the Authorization of a request. */
export const tokensIn = ({ headers }: SentCall): string[] =>
  [...headers].flatMap(([name, value]) => (name.toLowerCase() === "authorization" ? credentialForms(value) : []));

/** The parts of an Authorization: the token, and of Basic the user and password. */
function credentialForms(value: string): string[] {
  const [scheme = "", ...parts] = value.split(" ");
  if (scheme.toLowerCase() !== "basic") return parts;
  const pair = Buffer.from(parts.join(" "), "base64").toString();
  return [pair, ...pair.split(":")];
}

/** The values of a body that is JSON or a form; of any other the whole. */
function leavesOf(body: string): string[] {
  try {
    return leavesOfJson(JSON.parse(body));
  } catch {
    return [body, ...new URLSearchParams(body).values()];
  }
}

function leavesOfJson(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.values(value).flatMap(leavesOfJson);
}

function bothWays(part: string): string[] {
  try {
    return [part, decodeURIComponent(part)];
  } catch {
    return [part];
  }
}
