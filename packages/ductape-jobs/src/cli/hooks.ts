import type { Hook } from "ductape-sdk";
import type { ApiOptions, Context } from "./context.ts";
import { clean } from "./terminal/clean.ts";
import { type Column, table } from "./terminal/table.ts";

interface ListOptions extends ApiOptions {
  product?: string;
  env?: string;
}

const columns: Column<Hook>[] = [
  { title: "HOOK", cell: ({ hook }) => clean(hook) },
  { title: "PRODUCT", cell: ({ product_tag, env }) => `${product_tag}/${env}` },
  { title: "SIGNED BY", cell: ({ preset }) => preset, drop: 2 },
  {
    title: "BECOMES",
    cell: ({ event, signal }) => (event === undefined ? `signal ${signal}` : `event ${event}`),
    drop: 1,
  },
  { title: "PATH", cell: ({ path }) => path },
];

/** `hooks`: where providers deliver. */
export async function listHooks(context: Context, { product: product_tag, env }: ListOptions): Promise<void> {
  const { hooks } = await context.api.request<{ hooks: Hook[] }>("GET", "/v1/hooks", { query: { product_tag, env } });
  context.print({ hooks });
  if (hooks.length === 0) context.io.err.write("The catalog has no hooks: write `hooks` of a product.\n");
  else context.say(table(columns, hooks, context.columns));
}
