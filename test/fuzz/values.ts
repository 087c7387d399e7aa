import type { Random } from "../simulation/random.ts";

/** Strings that have tripped parsers, stores and paths before. */
export const oddStrings = [
  "",
  " ",
  "\0",
  "\ud800",
  "\udfff x",
  "é̀ 😀 \u202e",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "NaN",
  "-0",
  "1e400",
  "../../etc/passwd",
  "%00",
  "%",
  "#",
  "a#b",
  "~",
  "{{x}}",
  "$Input{a}",
  "'; drop table jobs; --",
  "2030-02-30T00:00:00Z",
  "2030-01-01T24:00:00Z",
  "2030-01-01T00:00:60Z",
  "+275760-09-13T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "* * * * *",
  "0 0 30 2 *",
  "@reboot",
  "*/0 * * * *",
  "99999999999999999999",
  "Europe/Berlin",
  "Mars/Olympus",
  "x".repeat(64),
  "x".repeat(65),
  "x".repeat(300),
  "é".repeat(5000),
] as const;

export const oddNumbers = [
  0,
  -0,
  -1,
  1,
  0.5,
  999,
  1000,
  1e11 - 1,
  1e11,
  1e12,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  8.64e15,
  8.64e15 + 1,
  1e21,
  1e300,
  -1e300,
  5e-324,
] as const;

const wrap = (value: unknown, depth: number): unknown => (depth === 0 ? value : wrap([value], depth - 1));

/** A random JSON value, rarely of the expected kind. */
export function oddValue(random: Random): unknown {
  const kind = random.int(0, 11);
  if (kind < 3) return random.pick(oddStrings);
  if (kind < 6) return random.pick(oddNumbers);
  if (kind === 6) return random.pick([null, true, false]);
  if (kind === 7) return [];
  if (kind === 8) return {};
  if (kind === 9) return wrap(1, random.pick([1, 31, 32, 33, 63, 64, 65, 2000]));
  if (kind === 10)
    return { [random.pick(oddStrings)]: random.pick(oddStrings), nested: { a: random.pick(oddNumbers) } };
  return Array.from({ length: random.pick([1, 2, 11, 101]) }, () => random.pick(oddStrings));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy with one place changed: replaced, removed, or extended by an unknown field. */
export function mutated(random: Random, value: unknown): unknown {
  const goesDeeper = random.chance(0.75);
  if (Array.isArray(value) && value.length > 0 && goesDeeper) {
    const at = random.int(0, value.length - 1);
    return value.map((item, i) => (i === at ? mutated(random, item) : item));
  }
  if (isObject(value) && goesDeeper) {
    const keys = Object.keys(value);
    const key = keys.length > 0 ? random.pick(keys) : "x";
    if (random.chance(0.15)) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
    if (random.chance(0.15))
      return { ...value, [random.pick([...oddStrings, `${key}s`, key.toUpperCase()])]: oddValue(random) };
    return { ...value, [key]: mutated(random, value[key]) };
  }
  return oddValue(random);
}

/** JSON text that was damaged in transit, or that no serialiser writes. */
export function damaged(random: Random, text: string): string {
  const at = random.int(0, text.length);
  const rest = text.slice(at);
  switch (random.int(0, 8)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(random.int(0, 0xffff)) + rest;
    case 2:
      return text.replace(
        /\d+/,
        random.pick(["1e400", "-1e400", "-0", "00", "NaN", "0x10", "1.", ".5", "9".repeat(400)]),
      );
    case 3:
      return text.replace("{", '{"__proto__": {"status": "completed"},');
    case 4:
      return text.replace("{", '{"constructor": {"prototype": {"a": 1}},');
    case 5:
      return text.replace("{", '{"env": "prd", "env": "dev",');
    case 6:
      return `${"[".repeat(random.pick([100, 5000, 200_000]))}${text}`;
    case 7:
      return `${"[".repeat(20_000)}${text}${"]".repeat(20_000)}`;
    default:
      return `\ufeff${text}`;
  }
}
