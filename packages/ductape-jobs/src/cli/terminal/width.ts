import { stripVTControlCharacters } from "node:util";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What a terminal shows two columns wide: East Asian wide and fullwidth letters (UAX 11), and emoji. */
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u;
const emoji = /\p{Emoji_Presentation}|\uFE0F|\p{Regional_Indicator}/u;
/** Letters that only change the one before them take no column of their own. */
const noWidth = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;

const widthOfGrapheme = (grapheme: string): number =>
  noWidth.test(grapheme) ? 0 : emoji.test(grapheme) || wide.test(grapheme) ? 2 : 1;

/** How many columns of a terminal the text takes. Colours take none. */
export const widthOf = (text: string): number => {
  const plain = stripVTControlCharacters(text);
  if (/^[\x20-\x7E]*$/.test(plain)) return plain.length;
  return [...segmenter.segment(plain)].reduce((sum, { segment }) => sum + widthOfGrapheme(segment), 0);
};

export const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));

/** The text, or its beginning and "…" where it takes more columns. The text has no colours. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let taken = "";
  let columns = 1;
  for (const { segment } of segmenter.segment(text)) {
    columns += widthOfGrapheme(segment);
    if (columns > width) break;
    taken += segment;
  }
  return `${taken}…`;
}
