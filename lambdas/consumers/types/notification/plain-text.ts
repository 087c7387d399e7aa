const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };
const hiding = new Set(["style", "script", "head", "title"]);
const line = new Set(["br", "/li", "/tr"]);
const paragraph = new Set("/p /div /h1 /h2 /h3 /h4 /h5 /h6 /table /ul /ol /section /blockquote".split(" "));

/**
 * The text alternative of an HTML e-mail, for clients that show no HTML and filters that distrust mail without text:
 * lines where blocks end, links with their address. One pass over the tags, and no pattern across them:
 * such patterns take quadratic time on hostile HTML.
 */
export function plainText(html: string): string {
  const [first = "", ...pieces] = withoutComments(html).split("<");
  let text = collapsed(first);
  let hidden = "";
  let href = "";
  for (const piece of pieces) {
    const { name, tag, rest } = read(piece);
    if (hidden) {
      if (name !== `/${hidden}`) continue;
      hidden = "";
    } else if (hiding.has(name)) {
      hidden = name;
      continue;
    }
    if (name === "/a" && href && !text.endsWith(href)) text += ` (${href})`;
    if (name === "a" || name === "/a") href = /\bhref\s*=\s*["']?(https?:[^"'\s]+)/i.exec(tag)?.[1] ?? "";
    text += `${breakFor(name)}${collapsed(rest)}`;
  }
  const decoded = decodeEntities(text.replace(/ +/g, " "));
  return decoded
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

const collapsed = (text: string) => text.replace(/\s+/g, " ");

const withoutComments = (html: string): string =>
  html
    .split("<!--")
    .map((part, i) => (i === 0 ? part : part.split("-->").slice(1).join("-->")))
    .join("");

/** Parses what follows a `<`: a tag and the text after it, or only text if it is not a tag. */
function read(piece: string): { name: string; tag: string; rest: string } {
  const end = piece.indexOf(">");
  const name = /^\/?[a-z][a-z0-9]*/i.exec(piece)?.[0].toLowerCase();
  if (end >= 0 && (name || piece.startsWith("!"))) {
    return { name: name ?? "", tag: piece.slice(0, end), rest: piece.slice(end + 1) };
  }
  return { name: "", tag: "", rest: `<${piece}` };
}

function breakFor(name: string): string {
  if (name === "li") return "- ";
  if (line.has(name)) return "\n";
  return paragraph.has(name) ? "\n\n" : "";
}

const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name) return entities[name.toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
