/** The parts of a message (RFC 5322, MIME) that a reader wants to see. Enough for an outbox, not a mail library. */
interface Mail {
  subject: string;
  text?: string;
  html?: string;
}

interface Part {
  headers: Map<string, string>;
  body: string;
}

/** `raw` has one character per byte (latin1), so that each part can be decoded with its own character set. */
export function readMail(raw: string): Mail {
  const whole = split(raw);
  const leaves = leavesOf(whole);
  const bodyOf = (type: string) => leaves.find((part) => typeOf(part).startsWith(type));
  const text = bodyOf("text/plain");
  const html = bodyOf("text/html");
  return {
    subject: decodeWords(whole.headers.get("subject") ?? ""),
    ...(text && { text: decodeBody(text) }),
    ...(html && { html: decodeBody(html) }),
  };
}

function split(raw: string): Part {
  const end = /\r?\n\r?\n/.exec(raw);
  const head = end ? raw.slice(0, end.index) : raw;
  const lines = head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers: new Map(headers), body: end ? raw.slice(end.index + end[0].length) : "" };
}

const typeOf = (part: Part) => (part.headers.get("content-type") ?? "text/plain").toLowerCase();

function leavesOf(part: Part): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(part.headers.get("content-type") ?? "")?.[1];
  if (boundary === undefined) return [part];
  const [, ...pieces] = part.body.split(`--${boundary}`);
  return pieces.filter((piece) => !piece.startsWith("--")).flatMap((piece) => leavesOf(split(piece.trimStart())));
}

function decodeBody({ headers, body }: Part): string {
  const encoding = headers.get("content-transfer-encoding")?.toLowerCase();
  const bytes =
    encoding === "base64"
      ? Buffer.from(body, "base64")
      : encoding === "quoted-printable"
        ? quotedPrintable(body.replace(/=\r?\n/g, ""))
        : Buffer.from(body, "latin1");
  return bytes.toString().replace(/\r\n/g, "\n").trimEnd();
}

const quotedPrintable = (text: string): Buffer =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );

/** RFC 2047: `=?UTF-8?B?...?=` and `=?UTF-8?Q?...?=`. */
const decodeWords = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?[\w-]+\?([BQ])\?([^?]*)\?=/gi, (_, way: string, word: string) =>
      way.toUpperCase() === "B"
        ? Buffer.from(word, "base64").toString()
        : quotedPrintable(word.replaceAll("_", " ")).toString(),
    );
