import { type Section, table } from "../part.ts";
import { readsWith } from "./operations.ts";
import type { Reads } from "./sorted-table.ts";

const sizes = [1000, 100_000, 1_000_000];

/** What lists, claims and the reconciler read as the number of stored jobs grows. */
export async function growth(): Promise<Section> {
  const all: Record<string, Reads>[] = [];
  for (const size of sizes) all.push(await readsWith(size));
  const names = Object.keys(all[0] ?? {});
  const textOf = (name: string, at: number) => {
    const { calls = 0, items = 0, units = 0 } = all[at]?.[name] ?? {};
    return `${calls} / ${items} / ${units}`;
  };
  const flat = names.every((name) => sizes.every((_, at) => textOf(name, at) === textOf(name, 0)));
  return {
    title: "Growth",
    targets: [
      {
        what: "reads of every operation with 1,000,000 jobs stored, compared with 1,000",
        target: "the same",
        measured: flat ? "the same" : "more",
        met: flat,
      },
    ],
    text: [
      "Requests, items looked at and read units, counted. The DynamoDB adapter reads a table that is held in memory as DynamoDB holds it",
      "(`bench/growth/sorted-table.ts`): each partition of the index is sorted, and a query reads within its range up to its limit.\n",
      table(
        ["", ...sizes.map((size) => `${size.toLocaleString("en-US")} jobs`)],
        names.map((name) => [name, ...sizes.map((_, at) => textOf(name, at))]),
      ),
    ].join("\n"),
  };
}
