import type { Issue } from "./standard-schema.ts";

const shown = 5;

/** What a schema says of a payload, by where it is: `/sku: expected a string`. */
export function issuesOf(issues: readonly Issue[]): string {
  const texts = issues.slice(0, shown).map(({ message, path = [] }) => {
    const place = path.map((part) => `/${String(typeof part === "object" ? part.key : part)}`).join("");
    return place === "" ? message : `${place}: ${message}`;
  });
  const more = issues.length > shown ? [`and ${issues.length - shown} more`] : [];
  return [...texts, ...more].join("; ");
}
