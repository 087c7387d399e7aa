import { didYouMean } from "../kernel/schema.ts";
import { operators, roots } from "./expression.ts";

const credential = 'a credential belongs into the catalog, in `auth` as secret("name#key")';

/** Words of Ductape's language that this one does not have, and what to do instead. */
const foreign: Record<string, string> = {
  Auth: credential,
  Secret: credential,
  Token: credential,
  Response: "$Sequence{sequence}{step} is the result of a feature's step",
  Default: "write the value itself, or set the `defaults` of an action",
  Var: "write $Variable{name}, or put the value into the input",
};

export const isForeign = (word: string): boolean => Object.hasOwn(foreign, word);

/** What to do instead of a word that only Ductape has; undefined for any other word. */
export const insteadOf = (word: string): string | undefined =>
  isForeign(word) ? `$${word} does not exist here: ${foreign[word]}` : undefined;

/** The fault of a word that begins no expression. It does not quote the word, which may be part of a value. */
export function unknownWord(word: string): string {
  const instead = insteadOf(word);
  if (instead !== undefined) return instead;
  // A word with so many letters is no misspelling, and comparing it with the known ones would take long.
  const hint = word.length > 30 ? "" : didYouMean(word, [...roots, ...Object.keys(operators)]);
  return `unknown word.${hint} For a dollar sign, write $$`;
}
