/** The most recipients of a channel, however they are written: in a list, or in one text with commas. */
export const mostRecipients = 500;

/**
 * How many addresses are at most in the texts of `to`, told without a parser, which the API does not have: each has one
 * `@` outside of names. The consumer, which parses them, counts once more.
 */
export const addressesIn = (to: string | readonly string[]): number =>
  [to].flat().reduce((sum, text) => sum + addressesInText(text), 0);

const quotedNames = /"[^"]*"/g;

const addressesInText = (text: string): number =>
  text
    .replaceAll(quotedNames, "")
    .split(/[,;]/)
    // What stands before the bracket of `Ada <ada@example.com>` is a name.
    .reduce((sum, part) => sum + (part.slice(part.lastIndexOf("<") + 1).split("@").length - 1), 0);
