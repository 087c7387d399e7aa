const entriesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** What a line names, however it is written: `/.ductape`, `.ductape/`, `**\/.ductape`. A line with `!` is a decision about the same. */
const nameIn = (line: string): string =>
  line
    .replace(/^!/, "")
    .replace(/^(\*\*)?\//, "")
    .replace(/\/$/, "");

/** A .gitignore with the lines of ours that it lacks. Nothing in it is changed. */
export function withIgnored(theirs: string, ours: string): string {
  const known = new Set(entriesOf(theirs).map(nameIn));
  const lacking = entriesOf(ours).filter((line) => !known.has(nameIn(line)));
  if (lacking.length === 0) return theirs;
  const end = theirs.includes("\r\n") ? "\r\n" : "\n";
  const before = theirs === "" || theirs.endsWith("\n") ? theirs : theirs + end;
  return before + lacking.map((line) => line + end).join("");
}
