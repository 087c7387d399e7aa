/** The most recipients of a channel, in a list or in one string with commas. */
export const mostRecipients = 500;

/**
 * The most addresses that `to` can have, counted without a parser, which the API does not have: each address has one `@`
 * outside of names. The consumer parses them and counts again.
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
