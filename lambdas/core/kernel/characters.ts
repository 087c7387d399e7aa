/** The characters of a text, as JSON Schema and zod count them: one beyond U+FFFF is one, and two units of a JavaScript string. */
export function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
