import * as z from "zod";
import { definitions } from "../lambdas/consumers/types/definitions.ts";
import { defaultRetryPolicy, fullJitter } from "../lambdas/core/job/retry.ts";
import { RetryConfig } from "../lambdas/core/job/retry-config.ts";
import { ErrorGroupSchema } from "../lambdas/core/queries/schemas/errors.ts";
import { LimitGateSchema } from "../lambdas/core/queries/schemas/limits.ts";
import { DecisionRequest } from "../lambdas/core/requests/decision-request.ts";
import { PauseRequest } from "../lambdas/core/requests/pause-request.ts";
import { RepeatRequest } from "../lambdas/core/requests/repeat-request.ts";
import { SignalRequest } from "../lambdas/core/requests/signal-request.ts";

/** A table of a page, which is found by its columns, and its rows. */
export interface Table {
  page: string;
  /** The heading that it stands below, where several tables have these columns. */
  below?: string;
  columns: string[];
  rows: string[][];
}

type JsonSchema = { properties: Record<string, Record<string, unknown>>; required?: string[] };

const number = (value: unknown): string =>
  typeof value === "number" ? value.toLocaleString("en-US") : String(value ?? "");

/** A row for each field with what its schema says of it. */
function fieldRows({ shape }: z.ZodObject, io: "input" | "output"): string[][] {
  const { properties, required = [] } = z.toJSONSchema(z.object(shape), {
    io,
    unrepresentable: "any",
  }) as unknown as JsonSchema;
  return Object.entries(properties).map(([name, { description = "", default: fallback }]) => {
    const isOptional = io === "output" && !required.includes(name);
    const isRequired = io === "input" && required.includes(name);
    const before = isRequired ? "Required. " : "";
    const after = fallback === undefined ? "" : ` Default: ${fallback}.`;
    return [`\`${name}${isOptional ? "?" : ""}\``, `${before}${description}${after}`];
  });
}

function retryRows(): string[][] {
  const { properties } = z.toJSONSchema(RetryConfig) as unknown as JsonSchema;
  const defaults: Record<string, unknown> = {
    ...defaultRetryPolicy,
    jitter_percent: fullJitter,
    only_retryable_errors: false,
  };
  return Object.entries(properties).map(([name, { minimum, maximum, maxItems }]) => {
    const isList = maxItems !== undefined;
    return [
      `\`${name}\``,
      isList ? "none" : number(defaults[name]),
      number(isList ? 0 : minimum),
      number(maximum ?? maxItems),
    ];
  });
}

const typeRows = Object.values(definitions).map(({ type, defaults, limits }) => [
  `\`${type}\``,
  number(defaults.timeout_ms),
  number(limits.max_timeout_ms),
  number(defaults.retries),
  `${limits.memory_mb} MB`,
]);

/** The tables of fields and numbers of the API. */
export const tables: Table[] = [
  { page: "docs/limits.md", columns: ["field", "default", "least", "most"], rows: retryRows() },
  {
    page: "docs/catalog/README.md",
    columns: ["type", "`timeout_ms`: default", "longest", "retries", "memory of its Lambda"],
    rows: typeRows,
  },
  { page: "docs/api.md", columns: ["field of `repeat`", "meaning"], rows: fieldRows(RepeatRequest, "input") },
  { page: "docs/api.md", columns: ["field of a group", "meaning"], rows: fieldRows(ErrorGroupSchema, "output") },
  { page: "docs/api.md", columns: ["field of a gate", "meaning"], rows: fieldRows(LimitGateSchema, "output") },
  { page: "docs/api.md", columns: ["field of a pause", "meaning"], rows: fieldRows(PauseRequest, "input") },
  {
    page: "docs/catalog/approvals.md",
    columns: ["field of a decision", "meaning"],
    rows: fieldRows(DecisionRequest, "input"),
  },
  { page: "docs/catalog/waits.md", columns: ["field of a signal", "meaning"], rows: fieldRows(SignalRequest, "input") },
];

/** The text of a page with the rows of a table as the code has them. */
export function withTable(text: string, { page, below, columns, rows }: Table): string {
  const lines = text.split("\n");
  const from = below === undefined ? 0 : lines.indexOf(below);
  const head = lines.findIndex((line, i) => i >= from && JSON.stringify(cellsOf(line)) === JSON.stringify(columns));
  if (head === -1) throw new Error(`${page} has no table with the columns ${columns.join(", ")}`);
  const end = lines.findIndex((line, i) => i > head && !line.startsWith("|"));
  const made = rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
  return [...lines.slice(0, head + 2), ...made, ...lines.slice(end)].join("\n");
}

const cellsOf = (line: string): string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
