import type { Product, ProductEvent } from "../catalog/job-type.ts";
import { fingerprint } from "../job/job-id.ts";
import { charactersIn } from "../kernel/characters.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { ExpressionFault } from "./expression.ts";
import { literalKey } from "./keys.ts";
import { parseExpression } from "./parse.ts";
import { fieldAt } from "./values.ts";

/** Where a value stands by which a job is found. */
interface SearchPlace {
  of: "Input" | "Result";
  path: string[];
}

/** A value by which the jobs of an event are found. */
export interface SearchField extends SearchPlace {
  name: string;
  /** Only a keyed hash of it is kept. */
  sealed: boolean;
  /** Keys that may not see inputs may search by it all the same. */
  isPublic: boolean;
}

type Searched = Pick<ProductEvent, "search">;

/** Reads a reference into the input or the result. Undefined for any other text. */
export function readSearchPlace(text: string): SearchPlace | undefined {
  const of = text.startsWith("$Result{") ? "Result" : "Input";
  try {
    // A result is known in no other place of a catalog, so that the language has no word for it.
    const expression = parseExpression(of === "Result" ? `$Input${text.slice("$Result".length)}` : text);
    const isPlace = expression.kind === "reference" && expression.root === "Input" && expression.path.length > 0;
    return isPlace ? { of, path: expression.path } : undefined;
  } catch (error) {
    if (error instanceof ExpressionFault) return undefined;
    throw error;
  }
}

const read = new WeakMap<object, SearchField[]>();

/** The values by which the jobs of an event are found, in the order of the catalog. */
export function searchFieldsOf({ search }: Searched): readonly SearchField[] {
  if (!search) return [];
  const known = read.get(search);
  if (known) return known;
  const fields = Object.entries(search).flatMap(([name, field]): SearchField[] => {
    const { value, sealed = false, public: isPublic = false } = typeof field === "string" ? { value: field } : field;
    const place = readSearchPlace(value);
    return place ? [{ name, ...place, sealed, isPublic }] : [];
  });
  read.set(search, fields);
  return fields;
}

/** Whether jobs of a product are found by values. */
export const hasSearch = ({ jobs }: Pick<Product, "jobs">): boolean =>
  Object.values(jobs).some((event) => searchFieldsOf(event).length > 0);

/** Whether some of these are sealed, for which there has to be a key. */
export const sealsValues = ({ jobs }: Pick<Product, "jobs">): boolean =>
  Object.values(jobs).some((event) => searchFieldsOf(event).some(({ sealed }) => sealed));

/** Names what the catalog says of the search of an event: a job that was searched by something else has another one. */
export const searchRev = ({ search }: Searched): string => fingerprint(search).slice(0, 12);

/** The text by which a job is found: of a text, a number, or true or false. Whatever else, and what is too long, is found by nothing. */
export function searchText(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "boolean" && typeof value !== "number") return undefined;
  const text = String(value);
  return text !== "" && charactersIn(text) <= requestLimits.searchValue && text.isWellFormed() ? text : undefined;
}

/** The texts of the fields of an input or a result, by their names. */
export type SearchTexts = Readonly<Record<string, string>>;

const searchTextsOf = (
  fields: readonly SearchField[],
  textAt: (field: SearchField) => string | undefined,
): SearchTexts =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const text = textAt(field);
      return text === undefined ? [] : [[field.name, text]];
    }),
  );

const searchedValue = (value: unknown, path: readonly string[]): unknown => path.reduce<unknown>(fieldAt, value);

/** The texts of an input as it was requested. What of a template is an expression has no text yet. */
export const requestedTexts = (event: Searched, input: unknown, isTemplate: boolean): SearchTexts =>
  searchTextsOf(ofInput(event), ({ path }) => {
    const value = searchedValue(input, path);
    return searchText(isTemplate && typeof value === "string" ? literalKey(value) : value);
  });

/** The texts of an input whose expressions have their values. The claims of a session and credentials are secrets, and found by nothing. */
export const evaluatedTexts = (event: Searched, input: unknown, template: unknown): SearchTexts =>
  searchTextsOf(ofInput(event), ({ path }) =>
    refersToSecrets(template, path) ? undefined : searchText(searchedValue(input, path)),
  );

export const resultTexts = (event: Searched, result: unknown): SearchTexts =>
  searchTextsOf(
    searchFieldsOf(event).filter(({ of }) => of === "Result"),
    ({ path }) => searchText(searchedValue(result, path)),
  );

const ofInput = (event: Searched) => searchFieldsOf(event).filter(({ of }) => of === "Input");

/** Whether the text of a template at a place, or above it, takes a claim of the session or a credential. */
function refersToSecrets(template: unknown, [step, ...rest]: readonly string[]): boolean {
  if (typeof template === "string") return /\$(Session|Auth)\b/.test(template);
  return step !== undefined && refersToSecrets(fieldAt(template, step), rest);
}
