import type { ListedDefinition } from "ductape-sdk";
import { path } from "../api.ts";
import type { ApiOptions, Context } from "../context.ts";
import { clean } from "../terminal/clean.ts";
import { type Column, fields, table } from "../terminal/table.ts";
import { localTime, relative } from "../terminal/time.ts";

interface DefinedStep {
  step: string;
  event: string;
  depends_on: string[];
}

interface Difference {
  steps: { step: string; change: string; fields?: string[] }[];
  event: string[];
  constants: string[];
  input: boolean;
  output: boolean;
}

interface DefinedEvent {
  product_tag: string;
  event: string;
  current: boolean;
  difference?: Difference;
}

interface Definition {
  id: string;
  feature: string;
  steps: DefinedStep[];
  constants: string[];
  events: DefinedEvent[];
  [field: string]: unknown;
}

const columns: Column<DefinedStep>[] = [
  { title: "STEP", cell: ({ step }) => step, flexible: true },
  { title: "EVENT", cell: ({ event }) => event },
  { title: "AFTER", cell: ({ depends_on }) => depends_on.join(", "), flexible: true, drop: 1 },
];

interface DefinitionOptions extends ApiOptions {
  product: string;
  event?: string;
}

/** `definitions list` */
export async function listDefinitions(context: Context, options: DefinitionOptions): Promise<void> {
  const query = { product_tag: options.product, event: options.event };
  const answer = await context.api.request<{ definitions: ListedDefinition[] }>("GET", "/v1/definitions", { query });
  context.print(answer);
  const { definitions } = answer;
  if (definitions.length === 0) return context.say(["No feature has run by a definition yet."]);
  context.say(table(listColumns(context), definitions, context.columns));
}

const listColumns = ({ zone, api }: Context): Column<ListedDefinition>[] => [
  { title: "DEFINITION", cell: ({ id }) => id },
  { title: "EVENT", cell: ({ event }) => event, flexible: true },
  { title: "FIRST RUN", cell: ({ first_at }) => (first_at === undefined ? "none yet" : localTime(first_at, zone)) },
  { title: "", cell: ({ first_at }) => (first_at === undefined ? undefined : relative(first_at, api.now())), drop: 1 },
  { title: "", cell: ({ current }) => (current ? "current" : "") },
];

/** `definitions get` */
export async function getDefinition(context: Context, id: string, _: ApiOptions): Promise<void> {
  const definition = await context.api.request<Definition>("GET", path`/v1/definitions/${id}`);
  context.print(definition);
  const { feature, constants, steps, events } = definition;
  context.say([
    clean(`${definition.id} (feature ${feature})`),
    ...fields([["constants", clean(constants.join(", "))]]),
    ...table(columns, steps, context.columns),
    ...events.flatMap(differenceLines),
  ]);
}

/** What the catalog says now of an event, a line for each thing that differs. */
function differenceLines({ product_tag, event, current, difference }: DefinedEvent): string[] {
  const name = `${product_tag} ${event}`;
  if (current) return [clean(`${name}: the catalog says the same.`)];
  if (!difference) return [clean(`${name}: the catalog has it no longer.`)];
  const lines = differencesOf(difference).map((line) => `  ${clean(line)}`);
  return [clean(`${name}: the catalog says otherwise now:`), ...lines];
}

const differencesOf = ({ steps, event, constants, input, output }: Difference): string[] => [
  ...steps.map(({ step, change, fields = [] }) =>
    [`step ${step} ${change}`, fields.join(", ")].filter(Boolean).join(": "),
  ),
  ...(event.length > 0 ? [`event: ${event.join(", ")}`] : []),
  ...(constants.length > 0 ? [`constants: ${constants.join(", ")}`] : []),
  ...(input ? ["input"] : []),
  ...(output ? ["output"] : []),
];
