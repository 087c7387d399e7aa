import { readFileSync } from "node:fs";

/** A text inside a declaration, and what takes its place. */
interface Change {
  /** The file in `lambdas/` and the function or constant in it, as in `core/job/transitions.ts#claimable`. */
  at: string;
  /** Occurs once in that declaration. */
  find: string;
  replace: string;
}

/** A change of the real code that breaks a promise of the design: the simulation must see it. */
export interface Mutation extends Change {
  name: string;
  /** Further changes of the same file. */
  also?: Change[];
  /** Where the search begins. A seed that does what the workload seldom does is found sooner. Default: 1. */
  seed?: number;
  /** The bug that the simulation once found and that this mutation brings back. */
  bug?: string;
}

/** The file that a mutation changes, in `lambdas/`. */
export const fileOf = ({ at }: Change): string => at.split("#")[0] as string;

export const sourceOf = (mutation: Mutation): string =>
  readFileSync(new URL(`../../../lambdas/${fileOf(mutation)}`, import.meta.url), "utf8");

/** The source with the mutation's changes. Throws if one of the texts is not in its declaration, or not exactly once. */
export const mutated = (source: string, mutation: Mutation): string =>
  [mutation, ...(mutation.also ?? [])].reduce((text, change) => changed(text, change, mutation.name), source);

function changed(source: string, { at, find, replace }: Change, name: string): string {
  const { start, end } = declarationIn(source, at.split("#")[1] as string);
  const declaration = source.slice(start, end);
  const found = declaration.split(find).length - 1;
  if (found !== 1) throw new Error(`mutation "${name}": ${found} places in ${at} read ${JSON.stringify(find)}`);
  return source.slice(0, start) + declaration.replace(find, () => replace) + source.slice(end);
}

/** Whatever begins a declaration, or the comment before one, at the beginning of a line. */
const beginning = /^(?:\/[*/]|(?:export |async )*(?:function|const|class|interface|type) )/m;

/** From where to where a top-level function or constant stands in a source. */
function declarationIn(source: string, name: string): { start: number; end: number } {
  const start = source.search(new RegExp(`^(?:export |async )*(?:function|const) ${name}\\b`, "m"));
  if (start < 0) return { start: 0, end: 0 };
  const bodyFrom = source.indexOf("\n", start) + 1;
  const next = source.slice(bodyFrom).search(beginning);
  return { start, end: next < 0 ? source.length : bodyFrom + next };
}
