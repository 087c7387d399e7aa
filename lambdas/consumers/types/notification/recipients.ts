/** The most recipients of a channel, in a list or in one string with commas. */
export const mostRecipients = 500;

/**
 * The most addresses that `to` can have. The API has no parser of addresses, so this counts the `@` outside of names, of which
 * each address has one. The consumer parses the addresses and counts again.
 */
export const addressesIn = (to: string | readonly string[]): number =>
  [to].flat().reduce((sum, text) => sum + addressesInText(text), 0);

const quotedNames = /"[^"]*"/g;

const addressesInText = (text: string): number =>
  text
    .replaceAll(quotedNames, "")
    .split(/[,;]/)
    // What precedes the bracket in `Ada <ada@example.com>` is a name.
    .reduce((sum, part) => sum + (part.slice(part.lastIndexOf("<") + 1).split("@").length - 1), 0);
