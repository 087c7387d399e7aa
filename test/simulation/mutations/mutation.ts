import { readFileSync } from "node:fs";

/** A string inside a declaration, and its replacement. */
interface Change {
  /** The file in `lambdas/` and the function or constant in it, as in `core/job/transitions.ts#claimable`. */
  at: string;
  /** Occurs once in that declaration. */
  find: string;
  replace: string;
}

/** A change of the real code that breaks a promise of the design, and that the simulation must notice. */
export interface Mutation extends Change {
  name: string;
  /** Further changes of the same file. */
  also?: Change[];
  /** The first seed of the search. A seed whose history does what the workload seldom does is found sooner. Default: 1. */
  seed?: number;
  /** The bug that the simulation once found and that this mutation brings back. */
  bug?: string;
}

/** The file that a mutation changes, in `lambdas/`. */
export const fileOf = ({ at }: Change): string => at.split("#")[0] as string;

export const sourceOf = (mutation: Mutation): string =>
  readFileSync(new URL(`../../../lambdas/${fileOf(mutation)}`, import.meta.url), "utf8");

/** The source with the mutation's changes. Throws unless each string occurs exactly once in its declaration. */
export const mutated = (source: string, mutation: Mutation): string =>
  [mutation, ...(mutation.also ?? [])].reduce((text, change) => changed(text, change, mutation.name), source);

function changed(source: string, { at, find, replace }: Change, name: string): string {
  const { start, end } = declarationIn(source, at.split("#")[1] as string);
  const declaration = source.slice(start, end);
  const found = declaration.split(find).length - 1;
  if (found !== 1) throw new Error(`mutation "${name}": ${found} places in ${at} read ${JSON.stringify(find)}`);
  return source.slice(0, start) + declaration.replace(find, () => replace) + source.slice(end);
}

/** Whatever begins a declaration, or the comment before one, at the start of a line. */
const beginning = /^(?:\/[*/]|(?:export |async )*(?:function|const|class|interface|type) )/m;

/** The range of a top-level function or constant in a source. */
function declarationIn(source: string, name: string): { start: number; end: number } {
  const start = source.search(new RegExp(`^(?:export |async )*(?:function|const) ${name}\\b`, "m"));
  if (start < 0) return { start: 0, end: 0 };
  const bodyFrom = source.indexOf("\n", start) + 1;
  const next = source.slice(bodyFrom).search(beginning);
  return { start, end: next < 0 ? source.length : bodyFrom + next };
}
