/** A frame of a stack: `at run (features/sale.ts:14:9)`, or `at features/sale.ts:14:9`. */
const frame = /^\s*at (?:.*\((.+:\d+):\d+\)|(\S+:\d+):\d+)$/;

/** Where an error was thrown, as `file:line`: the first line of the team's own source. Undefined if the stack names none. */
export const sourceLineOf = (stack: string | undefined): string | undefined =>
  stack
    ?.split("\n")
    .map((line) => frame.exec(line))
    .map((found) => found?.[1] ?? found?.[2])
    .find((place) => place !== undefined && !/^node:|^file:|node_modules\//.test(place));
