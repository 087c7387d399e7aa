import * as z from "zod";
import { type Setting, settings, settingsPerType } from "../infra/settings/settings.ts";
import type { Table } from "./tables.ts";
import { commentOf } from "./typescript.ts";

interface Listed extends Setting {
  name: string;
  isPerType?: boolean;
}

const listed = (table: Record<string, Setting>, isPerType?: true): Listed[] =>
  Object.entries(table).map(([name, setting]) => ({ ...setting, name, ...(isPerType && { isPerType }) }));

const all: Listed[] = [...listed(settings), ...listed(settingsPerType, true)];

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
  const { default: value } = shapeOf(setting);
  if (setting.fallback !== undefined) return setting.fallback;
  if (value === undefined) return "none";
  return typeof value === "string" ? `\`${value}\`` : String(value);
}

/** A link to a page of docs/operations, by its file and heading. */
const linkTo = (see: string) => `[${see.startsWith("#") ? "below" : see.replace(/^.*\/|#.*/g, "")}](${see})`;

function rowOf(setting: Listed): string[] {
  const { name, isPerType, doc, see } = setting;
  const meaning = see === undefined ? doc : `${doc}: see ${linkTo(see)}`;
  return [`\`jobs:${name}${isPerType ? ".<type>" : ""}\``, typeOf(setting), defaultOf(setting), meaning];
}

/** A table for each section of the page. */
export const settingsTables: Table[] = [...Map.groupBy(all, ({ section }) => section)].map(([section, some]) => ({
  page: "docs/operations/settings.md",
  below: `## ${section}`,
  columns: ["setting", "type", "default", "meaning"],
  rows: some.map(rowOf),
}));

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function tsTypeOf(setting: Listed): string {
  const { type, enum: values } = shapeOf(setting);
  if (setting.isPerType) return "PerType<number>";
  if (setting.ts !== undefined) return setting.ts;
  if (values) return values.map((value) => `"${value}"`).join(" | ");
  return type === "integer" ? "number" : (type ?? "string");
}

function propOf(setting: Listed): string {
  const { name, doc, see } = setting;
  const { minimum, default: value, type } = shapeOf(setting);
  const says = [
    sentence(doc),
    ...(setting.type !== undefined || minimum !== undefined ? [sentence(typeOf(setting))] : []),
    ...(see?.startsWith("#") === false ? [`See ${`docs/operations/${see}`.replace("operations/../", "")}.`] : []),
  ];
  const isPlain = setting.fallback === undefined && value !== undefined && type !== undefined;
  const fallback = isPlain ? JSON.stringify(value) : `- ${defaultOf(setting)}`;
  return `${commentOf(says.join(" "), [`@default ${fallback}`])}${name}?: ${tsTypeOf(setting)};`;
}

/** The props of the construct. What may be given for all types and for some is one of them. */
export const settingsSource = (): string => `import type { IKey } from "aws-cdk-lib/aws-kms";
import type { JobType } from "../../lambdas/core/job/job.ts";
import type { JobEventName } from "../../lambdas/core/job/job-event.ts";
import type { SignInIssuers } from "./sign-in.ts";

/** The settings of a deployment as typed props. Each is a setting \`jobs:<name>\` of the context too (docs/operations/settings.md). */
export interface JobsSettings {
${all
  .filter(({ name, isPerType }) => !isPerType || !(name in settings))
  .map(propOf)
  .join("\n")}
}

/** A value for some of the job types. */
export type PerType<Value> = { [Type in JobType]?: Value };
`;
