import { entriesOf, isBranch } from "./json.ts";
import type { Path } from "./json-path.ts";

export interface Place {
  path: Path;
  value: unknown;
}

/** How many places a search shows. */
export const mostPlaces = 100;

/** The first places of a JSON value whose name or text has what is sought, in any case, and one more than `mostPlaces` if there are more. */
export function placesOf(value: unknown, sought: string): Place[] {
  const text = sought.trim().toLowerCase();
  const has = (part: string) => part.toLowerCase().includes(text);
  const found: Place[] = [];
  const look = (part: unknown, path: Path): void => {
    if (found.length > mostPlaces) return;
    const name = path.at(-1);
    const isLeaf = !isBranch(part);
    if ((typeof name === "string" && has(name)) || (isLeaf && has(leafText(part)))) found.push({ path, value: part });
    if (isLeaf) return;
    for (const [key, child] of entriesOf(part)) look(child, [...path, Array.isArray(part) ? Number(key) : key]);
  };
  if (text !== "") look(value, []);
  return found;
}

const leafText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
