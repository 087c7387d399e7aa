import { readFileSync } from "node:fs";
import * as z from "zod";
import { maxConcurrency, type Setting, settings, settingsPerType } from "./settings.ts";

/* What is made of the table of settings: the props of the construct, with their documentation, and the tables of the docs. */

const docsFile = "docs/operations/settings.md";

interface Listed extends Setting {
  name: string;
  isPerType?: boolean;
}

const listed = (table: Record<string, Setting>, isPerType?: true): Listed[] =>
  Object.entries(table).map(([name, setting]) => ({ ...setting, name, ...(isPerType && { isPerType }) }));

/** All settings in the order of the docs. The first ones about running jobs are those of its types. */
const all: Listed[] = [
  { ...maxConcurrency, name: "maxConcurrency" },
  ...listed(settingsPerType, true),
  ...listed(settings),
];

interface Shape {
  type?: "string" | "number" | "integer" | "boolean";
  enum?: string[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
  unit?: string;
}

const shapeOf = ({ schema }: Setting): Shape =>
  z.toJSONSchema(schema, { io: "output", unrepresentable: "any" }) as Shape;

const orOf = (words: readonly string[]): string =>
  words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words.at(-1)}` : words.join("");

/** The type as the docs write it. */
function typeOf(setting: Setting): string {
  const { type, enum: values, minimum, maximum, unit } = shapeOf(setting);
  if (setting.type !== undefined) return setting.type;
  if (values) return orOf(values.map((value) => `\`${value}\``));
  return type === "boolean" ? "`true` or `false`" : type === "string" ? "string" : `${unit}, ${minimum} to ${maximum}`;
}

function defaultOf(setting: Setting): string {
  const { default: value, type } = shapeOf(setting);
  if (setting.fallback !== undefined) return setting.fallback;
  if (value === undefined) return "none";
  return type === "string" || typeof value === "string" ? `\`${value}\`` : String(value);
}

/** A link to a page of docs/operations, by its file and heading. */
const linkTo = (see: string) => `[${see.startsWith("#") ? "below" : see.replace(/^.*\/|#.*/g, "")}](${see})`;

function row(setting: Listed): string {
  const { name, isPerType, doc, see } = setting;
  const meaning = see === undefined ? doc : `${doc}: see ${linkTo(see)}`;
  return `| \`jobs:${name}${isPerType ? ".<type>" : ""}\` | ${typeOf(setting)} | ${defaultOf(setting)} | ${meaning} |`;
}

/** The page with the table of each section, which begins after the heading and ends with its last row. */
function pageWithTables(page: string): string {
  const sections = [...new Set(all.map(({ section }) => section))];
  return sections.reduce((text, section) => {
    const rows = all.filter((one) => one.section === section).map(row);
    const table = ["| setting | type | default | meaning |", "| - | - | - | - |", ...rows].join("\n");
    const old = new RegExp(`(## ${section}\n(?:[^|#]*\n)?)(?:\\|.*\n)+`);
    return text.replace(old, (_, before: string) => `${before}${table}\n`);
  }, page);
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function tsTypeOf(setting: Listed): string {
  const { type, enum: values } = shapeOf(setting);
  if (setting.isPerType) return "PerType<number>";
  if (setting.name === "maxConcurrency") return "number | PerType<number>";
  if (setting.ts !== undefined) return setting.ts;
  if (values) return values.map((value) => `"${value}"`).join(" | ");
  return type === "integer" || type === "number" ? "number" : (type ?? "string");
}

function prop(setting: Listed): string {
  const { name, doc, see } = setting;
  const { minimum, default: value, type } = shapeOf(setting);
  const what = setting.type !== undefined || minimum !== undefined ? ` ${sentence(typeOf(setting))}.` : "";
  const page =
    see === undefined || see.startsWith("#") ? "" : ` See ${`docs/operations/${see}`.replace("operations/../", "")}.`;
  const isPlain = setting.fallback === undefined && value !== undefined && type !== undefined;
  const fallback = isPlain ? JSON.stringify(value) : `- ${defaultOf(setting)}`;
  return `  /**\n   * ${sentence(doc)}.${what}${page}\n   * @default ${fallback}\n   */\n  ${name}?: ${tsTypeOf(setting)};`;
}

/** A setting of both kinds is one prop. */
const propsOf = (): string =>
  all
    .filter(({ name }, place) => all.findIndex((one) => one.name === name) === place)
    .map(prop)
    .join("\n");

const propsText = (): string => `// Made of settings.ts by \`npm run generate\`.
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { JobType } from "../../lambdas/core/job/job.ts";
import type { JobEventName } from "../../lambdas/core/job/job-event.ts";

/** The settings of a deployment as typed props. Each is a setting \`jobs:<name>\` of the context too (docs/operations/settings.md). */
export interface JobsSettings {
${propsOf()}
}

/** A value for some of the job types. */
export type PerType<Value> = { [Type in JobType]?: Value };
`;

/** The text of each file before it is formatted. */
export const settingsFiles = (): Record<string, string> => ({
  "infra/settings/jobs-settings.ts": propsText(),
  [docsFile]: pageWithTables(readFileSync(docsFile, "utf8")),
});
