/** What stands in a result where a provider has repeated a credential. */
const hiddenCredential = "[credential]";

/** A shorter credential may occur in a result by chance, so that only a whole text is hidden. */
const shortest = 4;

/** Hides credentials in the text of an answer, in whatever way it may be written there. */
type Hide = (text: string) => string;

export function hiding(values: readonly string[]): Hide | undefined {
  const given = values.filter((value) => value !== "");
  if (given.length === 0) return undefined;
  const forms = formsOfAll(given);
  return (text) =>
    given.includes(text)
      ? hiddenCredential
      : forms.reduce((rest, form) => (rest.includes(form) ? rest.replaceAll(form, hiddenCredential) : rest), text);
}

/** The longest first, so that a credential that contains another one is hidden as a whole. */
const formsOfAll = (values: readonly string[]): string[] =>
  [...new Set(values.filter((value) => value.length >= shortest).flatMap(formsOf))].sort(
    (one, other) => other.length - one.length,
  );

/** The length of the longest way to write one of these, in characters. */
export const longestForm = (values: readonly string[]): number => formsOfAll(values)[0]?.length ?? 0;

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A plain value, and as JSON, HTML, a form, a URL and base64 write it. */
function formsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const hex = (char: string) => char.charCodeAt(0).toString(16).padStart(4, "0");
  const lower = json.replace(/[\u0080-\uffff]/g, (char) => `\\u${hex(char)}`);
  const upper = json.replace(/[\u0080-\uffff]/g, (char) => `\\u${hex(char).toUpperCase()}`);
  const jsons = [json, lower, upper].flatMap((one) => [one, one.replaceAll("/", "\\/")]);
  const html = value.replace(/[&<>"']/g, (char) => entities[char] ?? char);
  const url = encodeURIComponent(value);
  const lowerUrl = url.replaceAll(/%[0-9A-F]{2}/g, (hexed) => hexed.toLowerCase());
  const form = new URLSearchParams({ "": value }).toString().slice(1);
  const base64 = Buffer.from(value).toString("base64");
  return [
    value,
    ...jsons,
    html,
    html.replaceAll("&#39;", "'"),
    url,
    lowerUrl,
    form,
    base64,
    base64.replace(/=+$/, ""),
    Buffer.from(value).toString("base64url"),
    ...withinBase64(value),
  ];
}

/** Shorter digits of base64 may occur in a text by chance. */
const shortestBase64 = 12;

/** What a value looks like within the base64 of a longer text: its digits depend on how many bytes precede it, modulo three. */
function withinBase64(value: string): string[] {
  const digits = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
    const whole = Math.floor((bytes.length * 8) / 6);
    return bytes.toString("base64").slice(Math.ceil((before * 8) / 6), whole);
  });
  return digits.filter(({ length }) => length >= shortestBase64).flatMap((one) => [one, urlSafe(one)]);
}

const urlSafe = (base64: string): string => base64.replaceAll("+", "-").replaceAll("/", "_");

/** Hides credentials in bytes that are not text. */
export function hideBytes(bytes: Buffer, values: readonly string[]): Buffer {
  const text = bytes.toString("latin1");
  const rest = formsOfAll(values).reduce(
    (left, form) => left.replaceAll(Buffer.from(form).toString("latin1"), hiddenCredential),
    text,
  );
  return rest === text ? bytes : Buffer.from(rest, "latin1");
}

/** A JSON value with credentials hidden in its texts and in the names of its fields. */
export function hidden(value: unknown, hide: Hide): unknown {
  if (typeof value === "string") return hide(value);
  if (typeof value === "number") return hide(String(value)) === String(value) ? value : hiddenCredential;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => hidden(item, hide));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [hide(key), hidden(item, hide)]));
}
