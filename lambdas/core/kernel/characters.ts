/** Most texts have none, and their characters are their units. */
const surrogate = /[\ud800-\udfff]/;

/** The characters of a text, as JSON Schema and zod count them: one beyond U+FFFF is one, and two units of a JavaScript string. */
export function charactersIn(text: string): number {
  if (!surrogate.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The characters from one position to before another, which count from the end where they are negative, as `String.slice` does with units. */
export function sliceOfCharacters(text: string, from: number, to?: number): string {
  if (!surrogate.test(text)) return text.slice(from, to);
  const count = charactersIn(text);
  const unitOf = (position: number) => unitBefore(text, position < 0 ? count + position : position);
  return text.slice(unitOf(Math.trunc(from)), to === undefined ? undefined : unitOf(Math.trunc(to)));
}

/** Where in a JavaScript string the character of a position begins: 0 if it is negative, the end if there are fewer. */
function unitBefore(text: string, position: number): number {
  let left = position;
  let units = 0;
  for (const character of text) {
    if (left <= 0) break;
    left--;
    units += character.length;
  }
  return units;
}
