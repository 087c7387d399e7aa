import { type Placeholder, parsePlaceholder, solePlaceholder } from "./placeholders.ts";

/**
 * How MongoDB reads the place a value stands in. In an `expression` a string that starts with $ is the path of a field
 * or a variable: there a value must be marked as a literal. Everywhere else a value is a value.
 */
export type Reading = "plain" | "expression";

/** JSON of the catalog in which a string that is one placeholder stands for a value of the input. */
export interface Hole {
  placeholder: Placeholder;
  reading: Reading;
}
export interface TemplateFault {
  path: PropertyKey[];
  detail: string;
}

/** Query languages inside a pipeline, whose strings are values, and the one operator that marks an expression in a query. */
const readingBelow = new Map<string, Reading>([
  ["$match", "plain"],
  // In a projection; in a query it stands among plain values anyway.
  ["$elemMatch", "plain"],
  ["$search", "plain"],
  ["$searchMeta", "plain"],
  ["$vectorSearch", "plain"],
  ["$literal", "plain"],
  ["$expr", "expression"],
]);
/** The fields of a stage that are queries: elsewhere a field of the same name may be an expression. */
const queryOfStage = new Map([
  ["$geoNear", "query"],
  ["$graphLookup", "restrictSearchWithMatch"],
]);
/** What these hold is run as JavaScript in the server. */
const code = new Set(["$where", "$function", "$accumulator"]);

/** Makes the JSON anew, with `fill` in place of every placeholder. The template's own faults go to `report`. */
export function fillTemplate(
  template: unknown,
  reading: Reading,
  fill: (hole: Hole) => unknown,
  report: (fault: TemplateFault) => void = () => {},
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
      report({ path: [...path, name], detail: "is run as code: it can hold no placeholder." });
    }
    const isQuery = queryOfStage.get(String(path.at(-1))) === name;
    return [name, below(value, name, isQuery ? "plain" : readingBelow.get(name))] as const;
  });
  return Object.fromEntries(entries);
}

function fillText(text: string, reading: Reading, fill: (hole: Hole) => unknown, report: (detail: string) => void) {
  const inside = solePlaceholder(text);
  if (inside === undefined) {
    if (text.includes("{{")) report("a placeholder is the whole text: nothing stands before or after it.");
    return text;
  }
  const placeholder = parsePlaceholder(inside);
  if (typeof placeholder === "string") {
    report(placeholder);
    return null;
  }
  return fill({ placeholder, reading });
}

/** The placeholders of a template, and what is wrong with it. */
export function readTemplate(template: unknown, path: PropertyKey[] = [], reading: Reading = "plain") {
  const placeholders: Placeholder[] = [];
  const faults: TemplateFault[] = [];
  fillTemplate(
    template,
    reading,
    ({ placeholder }) => placeholders.push(placeholder),
    (fault) => faults.push(fault),
    path,
  );
  return { placeholders, faults };
}
