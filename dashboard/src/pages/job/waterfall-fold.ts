import type { Kind, Part, Row } from "./waterfall-rows.ts";

/** Rows that are shown as one, as a run may have 10,000. */
export interface Group {
  key: string;
  name: string;
  kind: Kind;
  /** What failed and what is open first. */
  rows: Row[];
  /** How many rows have each status, the most frequent first. */
  counts: [status: string, count: number][];
  parts: Part[];
}

export type Line = { row: Row } | { group: Group };

/** More rows than this are folded by their names. */
export const mostRows = 200;

/** How names are made alike, more and more of them: without the number of a repeated call, without numbers, by their first word, by kind. */
const levels: ((name: string) => string)[] = [
  (name) => name.replaceAll(/#\d+(?=\/|$)/g, ""),
  (name) => alike(name, (word) => (/\d/.test(word) ? "*" : word)),
  (name) => alike(name, (word, place) => (place === 0 && !/\d/.test(word) ? word : "*")),
  () => "",
];

/** The words of a name, each made alike; what is made alike side by side is one. */
function alike(name: string, make: (word: string, place: number) => string): string {
  const words = name.split(/([-_.:/#[\] ]+)/);
  const made = words.map((word, at) => (at % 2 === 0 ? make(word, at / 2) : word)).join("");
  return made.replaceAll(/\*([-_.:/#[\] ]*\*)+/g, "*");
}

/** The rows, or if they are too many, groups of those with names that are alike. The order of the rows stays, by the first of each group. */
export function folded(rows: readonly Row[], most = mostRows): Line[] {
  if (rows.length <= most) return rows.map((row) => ({ row }));
  for (const level of levels) {
    const groups = Map.groupBy(rows, ({ kind, name }) => `${kind} ${level(name)}`);
    if (groups.size > most) continue;
    return [...groups].map(([key, found]): Line => {
      const [first] = found;
      if (found.length === 1 && first) return { row: first };
      return { group: groupOf(key, level(first?.name ?? ""), found) };
    });
  }
  return [];
}

const urgency = ({ status, isOpen }: Row) => (status === "failed" || status === "not_undone" ? 0 : isOpen ? 1 : 2);

function groupOf(key: string, name: string, rows: Row[]): Group {
  const counts = [...Map.groupBy(rows, ({ status }) => status)].map(([status, found]): [string, number] => [
    status,
    found.length,
  ]);
  return {
    ...{ key, name, kind: rows[0]?.kind ?? "own" },
    rows: rows.toSorted((a, b) => urgency(a) - urgency(b)),
    counts: counts.sort((a, b) => b[1] - a[1]),
    parts: mergedParts(rows),
  };
}

/** So many pieces of each kind a group's bar has at most, since what it draws must not grow with the run. */
const mostPieces = 24;

/** When any row of a group ran, waited or failed. What is nearer than a piece is wide is joined. */
function mergedParts(rows: readonly Row[]): Part[] {
  const all = rows.flatMap(({ parts, status }) =>
    parts.map((part): Part => (status === "failed" && part.is === "ran" ? { ...part, is: "failed" } : part)),
  );
  const from = least(all.map((part) => part.from));
  const near = (-least(all.map((part) => -part.to)) - from) / mostPieces;
  const kinds: Part["is"][] = ["queued", "waits", "ran", "failed"];
  return kinds.flatMap((kind) => {
    const merged: Part[] = [];
    for (const part of all.filter(({ is }) => is === kind).sort((a, b) => a.from - b.from)) {
      const last = merged.at(-1);
      if (last && part.from - last.to <= near) last.to = Math.max(last.to, part.to);
      else merged.push({ ...part });
    }
    return merged;
  });
}

/** Not `Math.min(...)`, which takes no list of 100,000. */
export const least = (numbers: readonly number[]): number =>
  numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
