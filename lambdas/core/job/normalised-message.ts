/** The most characters of a normalised message. */
export const longestNormalised = 200;

/** What differs between failures of one cause, with what stands in its place. Whole texts come first, and parts of words last. */
const placeholders: readonly [pattern: RegExp, placeholder: string][] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>]+/gi, "<url>"],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "<email>"],
  [/"[^"]*"|`[^`]*`|“[^”]*”|«[^»]*»/g, "<text>"],
  // An apostrophe within a word, as in "doesn't", neither begins nor ends a quoted text.
  [/(?<!\w)'[^']*'(?!\w)/g, "<text>"],
  [/\bjob_[0-9a-f]{32}\b/g, "<job>"],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, "<uuid>"],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, "<time>"],
  [/\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, "<hex>"],
  // The ids of providers, such as `cus_NffrFeUfNV2Hib`: long words that have digits and letters.
  [/\b(?=\w*\d)(?=\w*[a-z])\w{16,}\b/gi, "<id>"],
  [/\d+(?:[.,:]\d+)*/g, "<number>"],
  [/\s+/g, " "],
];

/** Error messages are shorter (`longestMessage`); those of jobs that an earlier version stored may be longer. */
const read = 2048;

/** The message of a failure without ids, numbers, addresses and quoted texts, so that failures of one cause have one text. */
export function normalisedMessage(message: string): string {
  const text = placeholders.reduce(
    (rest, [pattern, placeholder]) => rest.replaceAll(pattern, placeholder),
    message.slice(0, read),
  );
  return Array.from(text.trim()).slice(0, longestNormalised).join("").toWellFormed();
}
