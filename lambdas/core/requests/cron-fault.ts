import { Cron } from "croner";

/** The fields of a cron expression in order, and the values of each. An expression of 5 fields has no seconds. */
const fields = [
  ["second", "0 to 59"],
  ["minute", "0 to 59"],
  ["hour", "0 to 23"],
  ["day of the month", "1 to 31, L for the last day, or 15W for the weekday nearest to the 15th"],
  ["month", "1 to 12 or JAN to DEC"],
  [
    "day of the week",
    "0 to 7 or SUN to SAT (0 and 7 are Sunday), FRI#2 for the second Friday of the month or FRI#L for the last",
  ],
] as const;

const inGeneral = "each also as a list (1,15), a range (1-5) or with steps (*/10, 0-30/5), and * for all";
const nicknames = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

const form =
  `a cron expression has 5 fields (${fields
    .slice(1)
    .map(([name]) => name)
    .join(", ")}), ` + `or 6 with the second first, or is one of ${nicknames.join(", ")}`;

const isValid = (pattern: string): boolean => {
  try {
    new Cron(pattern, { paused: true, mode: "5-or-6-parts" });
    return true;
  } catch {
    return false;
  }
};

/** Says why a string is not a cron expression; undefined if it is one. Croner's own messages describe its internals. */
export function cronFault(cron: string): string | undefined {
  const parts = cron.trim().split(/\s+/);
  if (cron.trim().startsWith("@")) return nicknames.includes(cron.trim().toLowerCase()) ? undefined : form;
  if (isValid(cron)) return undefined;
  if (parts.length !== 5 && parts.length !== 6) return form;
  const named = fields.slice(-parts.length);
  const wrong = named.filter((_, i) => !isValid(named.map((_field, j) => (i === j ? parts[j] : "*")).join(" ")));
  if (wrong.length === 0) return form;
  return `${wrong.map(([name, takes]) => `the ${name} is ${takes}`).join("; ")}; ${inGeneral}`;
}
