import { type Placeholder, parsePlaceholder, solePlaceholder } from "./placeholders.ts";

export type Dialect = "postgres" | "mysql" | "dynamodb";

/** A statement whose placeholders have become bound parameters. It contains nothing of any input. */
export interface Statement {
  text: string;
  /** In the order of their markers in the statement. */
  placeholders: Placeholder[];
  faults: string[];
}

const marker: Record<Dialect, (index: number) => string> = {
  postgres: (index) => `$${index + 1}`,
  mysql: () => "?",
  dynamodb: (index) => `:p${index}`,
};

/** The parts of a statement that decide where a placeholder is allowed. Everything else is words and characters. */
const placeholder = String.raw`(?<placeholder>\{\{(?:(?!\}\})[\s\S])*\}\})`;
const block = String.raw`\/\*[\s\S]*?\*\/`;
const quotedPattern = (quote: string) => String.raw`${quote}(?:[^${quote}\\]|\\[\s\S]|${quote}${quote})*${quote}`;
const doubled = (quote: string) => `${quote}(?:[^${quote}]|${quote}${quote})*${quote}`;
const tokens: Record<Dialect, RegExp> = {
  postgres: pieces(
    String.raw`--[^\n]*|${block}`,
    String.raw`[eE]${quotedPattern("'")}|${doubled("'")}|${doubled('"')}|\$(?<tag>(?:[A-Za-z_]\w*)?)\$[\s\S]*?\$\k<tag>\$`,
    String.raw`\$\d+`,
  ),
  mysql: pieces(
    String.raw`--[^\n]*|#[^\n]*|${block}`,
    `${quotedPattern("'")}|${quotedPattern('"')}|${doubled("`")}`,
    String.raw`\?`,
  ),
  dynamodb: pieces("(?!)", `${doubled("'")}|${doubled('"')}`, String.raw`:p\d+`),
};

function pieces(comment: string, quoted: string, marked: string): RegExp {
  return new RegExp(
    `(?<comment>${comment})|(?<quoted>${quoted})|${placeholder}|(?<marked>${marked})|(?<end>;\\s*)|[A-Za-z_][\\w$]*|[\\s\\S]`,
    "gy",
  );
}

/**
 * Compiles a statement or expression of the catalog. Quotes around a placeholder, which Ductape allows, are dropped.
 * `first` is the number of the first marker, for engines whose expressions share one set of values.
 */
export function compile(source: string, dialect: Dialect, first = 0): Statement {
  const placeholders: Placeholder[] = [];
  const faults: string[] = [];
  const bind = (inside: string) => {
    const parsed = parsePlaceholder(inside);
    if (typeof parsed === "string") faults.push(parsed);
    else placeholders.push(parsed);
    return marker[dialect](first + placeholders.length - 1);
  };
  const text = source.replaceAll(tokens[dialect], (piece, ...rest) => {
    const groups = rest.at(-1) as Record<string, string | undefined>;
    const sole = groups.placeholder || groups.quoted ? solePlaceholder(piece) : undefined;
    if (sole !== undefined) return bind(sole);
    const fault = statementFault(piece, groups, source.slice((rest.at(-3) as number) + piece.length), dialect);
    if (fault) faults.push(fault);
    return piece;
  });
  return { text, placeholders, faults };
}

/** How to join strings in each dialect. PostgreSQL cannot infer the type of a value between two strings. */
const join: Record<Dialect, string> = {
  postgres: "; join strings with ||, and give the value's type: '%' || {{name}}::text || '%'",
  mysql: "; join strings with concat: concat('%', {{name}}, '%')",
  dynamodb: "",
};

function statementFault(
  piece: string,
  groups: Record<string, string | undefined>,
  after: string,
  dialect: Dialect,
): string | undefined {
  if (groups.quoted && piece.includes("{{")) {
    return `a placeholder is part of a longer string or name: it can only be a whole value${join[dialect]}.`;
  }
  if (groups.comment && piece.includes("{{")) return "a placeholder is inside a comment.";
  if (groups.marked) return "contains a marker of its own: write values as {{field:type}}.";
  if (groups.end && after.trim() !== "") return "contains more than one statement.";
  if (piece === "'" || piece === '"' || piece === "`") return "has a quote that is not closed.";
  if (piece === "{" && after.startsWith("{")) return "has a placeholder that is not closed by }}.";
  return undefined;
}
