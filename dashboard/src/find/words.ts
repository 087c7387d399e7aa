import type { FoundJob } from "../../../sdk/src/index.ts";
import type { ProductSummary } from "../api/products.ts";
import { query } from "../api/request.ts";
import { plural } from "../ui/format.ts";
import { visible } from "../ui/visible.ts";

const keyNames: Record<FoundJob["keys"][number], string> = {
  job_id: "job id",
  idempotency_key: "idempotency key",
  unique: "unique key",
  debounce: "debounce key",
};

/** By what a job was found, for people: the keys that the text is, then the fields that have it as a value. */
export const foundBy = ({ keys, fields }: Pick<FoundJob, "keys" | "fields">): string[] => [
  // One of a later version is shown by its own name.
  ...keys.map((key) => keyNames[key] ?? key),
  ...fields,
];

/** Whether a text is the whole id of a job: then nothing more is typed, and it is looked for at once. */
export const isJobId = (text: string): boolean => /^job_[0-9a-f]{32}$/.test(text.trim());

/** Where to look: everywhere, in all of a product, or in one of its envs. */
export interface Scope {
  product_tag?: string;
  env?: string;
}

export const scopeText = ({ product_tag = "", env = "" }: Scope): string => `${product_tag} ${env}`.trim();

export function scopeOf(text: string): Scope {
  const [product_tag, env] = text.split(" ");
  return { ...(product_tag && { product_tag }), ...(env && { env }) };
}

/** The choices of places to look at. None where there is one place only. */
export function scopesOf(products: readonly ProductSummary[]): [value: string, shown: string][] {
  const places = products.flatMap(({ tag, name, envs }) => {
    const called = visible(name ?? tag);
    const each = envs.map((env): [string, string] => [scopeText({ product_tag: tag, env }), `${called} ${env}`]);
    return envs.length > 1 && products.length > 1 ? [[tag, `${called}, every env`] as [string, string], ...each] : each;
  });
  return places.length > 1 ? [["", "Everywhere"], ...places] : [];
}

/** Jobs with a value, as a list to work on. */
export interface ValueList {
  product_tag: string;
  env: string;
  field: string;
}

/** How many fields are offered as lists at most. */
const mostLists = 5;

/** The fields by which jobs were found, in each product and env once, as far as their values may stand in an address. */
export function listsOf(found: readonly FoundJob[]): ValueList[] {
  const all = found.flatMap(({ fields, sealed = [], job: { product_tag, env } }) =>
    fields.filter((field) => !sealed.includes(field)).map((field) => ({ product_tag, env, field })),
  );
  return [...new Map(all.map((list) => [JSON.stringify(list), list])).values()].slice(0, mostLists);
}

/** Where the list of jobs shows all jobs with a value. For values that may stand in an address. */
export function addressOfList({ product_tag, env, field }: ValueList, value: string, { failed = false } = {}): string {
  const where = String(new URLSearchParams({ [field]: value }));
  return `/jobs${query({ product: product_tag, env, where, status: failed ? "failed" : "" })}`;
}

/** How much was found, and whether there may be more. */
export const foundWords = (count: number, hasMore: boolean): string =>
  count === 0
    ? hasMore
      ? "Nothing found so far"
      : "Nothing found"
    : `${plural(count, "job")}${hasMore ? " and more" : ""}`;
