/** Some names, in order, and how all of them begin. */
interface Part {
  of: number;
  names: readonly string[];
  start: string;
}

/**
 * At most so many patterns that match all names of every list: each name itself while they fit, and else the longest starts that names
 * share, ended by `*`. What has the most names is divided first, but before that whatever would match every resource of a type.
 */
export function patternsOf(lists: readonly (readonly string[])[], most: number): string[][] {
  let parts = lists.map((names, of) => partOf(of, [...new Set(names)].sort()));
  for (;;) {
    const room = most - parts.length;
    const divisible = parts.filter(({ names }) => names.length > 1).toSorted(byUrgency);
    const next = divisible.find((part) => dividedBy(part).length <= room + 1);
    if (next === undefined) break;
    parts = parts.flatMap((part) => (part === next ? dividedBy(part) : [part]));
  }
  return lists.map((_, list) => parts.filter(({ of }) => of === list).map(patternOf));
}

const patternOf = ({ names, start }: Part): string => (names.length === 1 ? start : `${start}*`);

function partOf(of: number, names: readonly string[]): Part {
  const [first = "", last = ""] = [names[0], names.at(-1)];
  let length = 0;
  while (length < first.length && first[length] === last[length]) length += 1;
  return { of, names, start: first.slice(0, length) };
}

/** By the letter that follows what they share. */
const dividedBy = ({ of, names, start }: Part): Part[] =>
  [...Map.groupBy(names, (name) => name.charAt(start.length)).values()].map((some) => partOf(of, some));

const byUrgency = (one: Part, other: Part): number =>
  Number(matchesAll(other)) - Number(matchesAll(one)) || other.names.length - one.names.length;

/** Such as `secret:`, or nothing at all. */
const matchesAll = ({ start }: Part): boolean => /^([a-z-]+[:/])?$/.test(start);
