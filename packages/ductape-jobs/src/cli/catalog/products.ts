import { path } from "../api.ts";
import type { ApiOptions, Context } from "../context.ts";
import { CliError } from "../exit-code.ts";
import { clean, cleanLines, jsonText } from "../terminal/clean.ts";
import { type Column, fields, table } from "../terminal/table.ts";
import { duration } from "../terminal/time.ts";

/** What the API answers about an event of the catalog. */
interface EventView {
  tag: string;
  type: string;
  description?: string;
  retries: number;
  timeout_ms: number;
  target: string;
}

interface ProductView {
  tag: string;
  name?: string;
  envs: string[];
  events: EventView[];
}

interface WholeProduct extends ProductView {
  variables: string[];
  constants: string[];
  schedules: { name: string; env: string; event: string; job_id: string }[];
  events: (EventView & { input: object; references: string[] })[];
}

const eventColumns: Column<EventView>[] = [
  { title: "EVENT", cell: ({ tag }) => tag },
  { title: "TYPE", cell: ({ type }) => type },
  { title: "RUNS", cell: ({ target }) => target, flexible: true },
  { title: "RETRIES", cell: ({ retries }) => String(retries), drop: 2 },
  { title: "TIMEOUT", cell: ({ timeout_ms }) => duration(timeout_ms), drop: 1 },
  { title: "WHAT", cell: ({ description }) => description, flexible: true, drop: 3 },
];

/** `products`: each event of each product. */
export async function listProducts(context: Context, { event }: ApiOptions & { event?: string }): Promise<void> {
  if (event !== undefined) throw new CliError("--event is an event of one product: name the product before it.");
  const answer = await context.api.request<{ products: ProductView[] }>("GET", "/v1/products");
  context.print(answer);
  const rows = answer.products.flatMap(({ tag, envs, events }) =>
    events.map((one) => ({ ...one, product: tag, envs: envs.join(", ") })),
  );
  const columns: Column<(typeof rows)[number]>[] = [
    { title: "PRODUCT", cell: ({ product }) => product },
    { title: "ENVS", cell: ({ envs }) => envs, flexible: true },
    ...eventColumns,
  ];
  if (rows.length === 0) context.io.err.write("The key reaches no product of the catalog.\n");
  else context.say(table(columns, rows, context.columns));
}

/** `products <product>`, or one event of it. */
export async function showProduct(
  context: Context,
  tag: string,
  { event }: ApiOptions & { event?: string },
): Promise<void> {
  const product = await context.api.request<WholeProduct>("GET", path`/v1/products/${tag}`);
  if (event !== undefined) return showEvent(context, product, event);
  context.print(product);
  const { name, envs, events, variables, constants, schedules } = product;
  context.say([
    clean(name === undefined ? product.tag : `${product.tag} ${name}`),
    ...fields([
      ["envs", clean(envs.join(", "))],
      ["variables", clean(variables.join(", "))],
      ["constants", clean(constants.join(", "))],
      ["schedules", clean(schedules.map((one) => `${one.name} (${one.env} ${one.event})`).join(", "))],
    ]),
    ...table(eventColumns, events, context.columns),
  ]);
}

function showEvent(context: Context, { tag: product, events }: WholeProduct, tag: string): void {
  const event = events.find((one) => one.tag === tag);
  if (!event)
    throw new CliError(
      `The product ${product} has no event "${tag}". It has ${events.map((one) => one.tag).join(", ")}.`,
    );
  context.print(event);
  const { type, target, retries, timeout_ms, description, references, input } = event;
  context.say([
    clean(`${product} ${tag} (${type})`),
    ...fields([
      ["runs", clean(target)],
      ["what", clean(description ?? "")],
      ["retries", String(retries)],
      ["timeout", `${duration(timeout_ms)} per attempt`],
      ["needs", clean(references.join(", "))],
    ]),
    "input:",
    cleanLines(jsonText(input, 2)),
  ]);
}
