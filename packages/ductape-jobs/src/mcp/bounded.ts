import { jsonText } from "../cli/terminal/clean.ts";

/** The most characters of a result: an agent pays for each of them, and forgets the rest. */
export const mostCharacters = 24_000;

interface Bounded {
  text: string;
  /** What was left out, for the agent; none if it is whole. */
  leftOut: string[];
}

/** From mild to severe: the longest text, and the most entries of a list. */
const steps = [
  { text: 4000, entries: Number.POSITIVE_INFINITY },
  { text: 1000, entries: 50 },
  { text: 500, entries: 25 },
  { text: 300, entries: 10 },
  { text: 200, entries: 5 },
  { text: 100, entries: 2 },
];

/** An answer as JSON of at most `most` characters. Long texts and lists are cut, no more than it takes, and the notes say which. */
export function bounded(answer: unknown, most = mostCharacters): Bounded {
  const whole = jsonText(answer);
  if (whole.length <= most) return { text: whole, leftOut: [] };
  for (const step of steps) {
    const leftOut: string[] = [];
    const text = jsonText(reduced(answer, step, "", leftOut));
    if (text.length <= most) return { text, leftOut: noted(leftOut) };
  }
  return {
    text: whole.slice(0, most),
    leftOut: [`The answer has ${whole.length} characters and is cut after ${most}: it is no whole JSON. Ask for less.`],
  };
}

function reduced(value: unknown, step: (typeof steps)[number], at: string, leftOut: string[]): unknown {
  if (typeof value === "string" && value.length > step.text) {
    leftOut.push(`${at || "/"}: ${value.length - step.text} of ${value.length} characters`);
    return `${value.slice(0, step.text)}…`.toWellFormed();
  }
  if (Array.isArray(value)) {
    if (value.length > step.entries)
      leftOut.push(`${at || "/"}: ${value.length - step.entries} of ${value.length} entries`);
    return value.slice(0, step.entries).map((one, i) => reduced(one, step, `${at}/${i}`, leftOut));
  }
  if (typeof value !== "object" || value === null) return value;
  // A cursor goes on after the entries that are not shown: with it, they would be lost.
  const listIsCut = Object.values(value).some((one) => Array.isArray(one) && one.length > step.entries);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !(listIsCut && name === "next_cursor"))
      .map(([name, one]) => [name, reduced(one, step, `${at}/${name}`, leftOut)]),
  );
}

const mostNotes = 10;

function noted(leftOut: readonly string[]): string[] {
  const others = leftOut.length - mostNotes;
  return [
    "The answer was too large. Left out (ask again with a smaller `limit` or a narrower filter to see it):",
    ...leftOut.slice(0, mostNotes).map((one) => `  ${one}`),
    ...(others > 0 ? [`  and in ${others} other places`] : []),
  ];
}
