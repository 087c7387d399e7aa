import { type Placeholder, parsePlaceholder, solePlaceholder } from "./placeholders.ts";

/**
 * How MongoDB interprets a value at a position. In an `expression`, a string that starts with $ is the path of a field or a
 * variable, so a value has to be marked as a literal there. Everywhere else a value is taken literally.
 */
export type Reading = "plain" | "expression";

/** JSON of the catalog in which each string that is a placeholder is replaced by a value of the input. */
export interface Hole {
  placeholder: Placeholder;
  reading: Reading;
}
export interface PlaceholderFault {
  path: PropertyKey[];
  detail: string;
}

/** Queries inside a pipeline, whose strings are values, and the one operator that marks an expression inside a query. */
const readingBelow = new Map<string, Reading>([
  ["$match", "plain"],
  // In a projection. In a query, the values are plain anyway.
  ["$elemMatch", "plain"],
  ["$search", "plain"],
  ["$searchMeta", "plain"],
  ["$vectorSearch", "plain"],
  ["$literal", "plain"],
  ["$expr", "expression"],
]);
/** The fields that are queries in these stages. In other stages, a field of the same name may be an expression. */
const queryOfStage = new Map([
  ["$geoNear", "query"],
  ["$graphLookup", "restrictSearchWithMatch"],
]);
/** The server runs the values of these as JavaScript. */
const code = new Set(["$where", "$function", "$accumulator"]);

/** Copies the JSON with `fill` in place of every placeholder. Faults of the template itself go to `report`. */
export function fillTemplate(
  template: unknown,
  reading: Reading,
  fill: (hole: Hole) => unknown,
  report: (fault: PlaceholderFault) => void = () => {},
  path: PropertyKey[] = [],
): unknown {
  const below = (value: unknown, step: PropertyKey, how = reading) =>
    fillTemplate(value, how, fill, report, [...path, step]);
  if (typeof template === "string") return fillText(template, reading, fill, (detail) => report({ path, detail }));
  if (Array.isArray(template)) return template.map((item, i) => below(item, i));
  if (typeof template !== "object" || template === null) return template;
  const entries = Object.entries(template).map(([name, value]) => {
    if (name.includes("{{")) report({ path: [...path, name], detail: "a field's name cannot be a placeholder." });
    if (code.has(name) && JSON.stringify(value).includes("{{")) {
      report({ path: [...path, name], detail: "is run as code, so it cannot contain a placeholder." });
    }
    const isQuery = queryOfStage.get(String(path.at(-1))) === name;
    return [name, below(value, name, isQuery ? "plain" : readingBelow.get(name))] as const;
  });
  return Object.fromEntries(entries);
}

function fillText(text: string, reading: Reading, fill: (hole: Hole) => unknown, report: (detail: string) => void) {
  const inside = solePlaceholder(text);
  if (inside === undefined) {
    if (text.includes("{{")) report("a placeholder must be the whole string, with nothing before or after it.");
    return text;
  }
  const placeholder = parsePlaceholder(inside);
  if (typeof placeholder === "string") {
    report(placeholder);
    return null;
  }
  return fill({ placeholder, reading });
}

/** The placeholders of a template, and its faults. */
export function readPlaceholders(template: unknown, path: PropertyKey[] = [], reading: Reading = "plain") {
  const placeholders: Placeholder[] = [];
  const faults: PlaceholderFault[] = [];
  fillTemplate(
    template,
    reading,
    ({ placeholder }) => placeholders.push(placeholder),
    (fault) => faults.push(fault),
    path,
  );
  return { placeholders, faults };
}
