/** The encodings that the build makes, best first, with what each adds to a file's name. */
const encodings = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

/** How a file is stored: plain or encoded. */
interface Stored {
  suffix: "" | ".br" | ".gz";
  encoding?: "br" | "gzip";
}

/**
 * The forms of a file that a client accepts by its Accept-Encoding, best first. Any client can read the plain file, so that
 * form is always the last, even where the client would rather have none.
 * https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding
 */
export function acceptedForms(acceptEncoding = ""): Stored[] {
  const weights = new Map(acceptEncoding.toLowerCase().split(",").map(weighted));
  const weightOf = (name: string) => weights.get(name) ?? weights.get("*") ?? 0;
  const accepted = encodings
    .filter(([name]) => weightOf(name) > 0)
    // Stable: br stays before gzip where both are as welcome.
    .sort(([one], [other]) => weightOf(other) - weightOf(one));
  return [...accepted.map(([encoding, suffix]) => ({ encoding, suffix })), { suffix: "" }];
}

function weighted(part: string): [name: string, weight: number] {
  const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
  const q = parameters.find((text) => text.startsWith("q="))?.slice(2);
  const weight = q === undefined ? 1 : Number(q);
  return [name, Number.isNaN(weight) ? 0 : weight];
}
