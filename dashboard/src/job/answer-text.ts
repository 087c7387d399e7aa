/** The body of an answer for people: JSON is indented, if it is whole. Its numbers keep their digits. */
export function shownBody(body: string, headers: Record<string, string>): string {
  if (!/\bjson\b/i.test(headers["content-type"] ?? "")) return body;
  try {
    JSON.parse(body);
  } catch {
    return body;
  }
  return indented(body);
}

/** Adds line breaks to valid JSON, and changes nothing else of it. */
function indented(json: string): string {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  const parts = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  return parts
    .map((part, at) => {
      const isEmpty = parts[at + 1] === "}" || parts[at + 1] === "]";
      if (part === "{" || part === "[") {
        depth++;
        return isEmpty ? part : part + line();
      }
      if (part === "}" || part === "]") {
        depth--;
        return parts[at - 1] === "{" || parts[at - 1] === "[" ? part : line() + part;
      }
      return part === "," ? part + line() : part === ":" ? ": " : part;
    })
    .join("");
}
