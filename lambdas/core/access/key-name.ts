/** The longest name of a key, in characters. */
export const longestKeyName = 64;

/** Control and format characters, which could change how a terminal shows the list, and lone surrogates. */
const notShown = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether a text can be shown in a line. */
export const isShown = (text: string): boolean => !notShown.test(text);
