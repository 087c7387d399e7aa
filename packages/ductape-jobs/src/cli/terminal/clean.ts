import { stripVTControlCharacters } from "node:util";

/** Control and format characters, line breaks included. What jobs carry comes from anywhere: it must not steer the terminal. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

/** The text on one line, without what could move the cursor, set colours or reverse the direction of writing. */
export const clean = (text: string): string =>
  stripVTControlCharacters(text).replace(/\s+/g, " ").replace(controls, "").toWellFormed();

/** The same for a text of several lines. */
export const cleanLines = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => stripVTControlCharacters(line).replace(/\t/g, "  ").replace(controls, "").toWellFormed())
    .join("\n");

/** JSON in which no control character is left: `JSON.stringify` escapes those below U+0020 only. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u007F-\u009F]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
