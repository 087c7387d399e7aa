import { readFileSync } from "node:fs";
import type { InFlight, Item } from "./versions.ts";

interface Head {
  /** The time at which all of it was written, in epoch milliseconds: 14 s after its first job. */
  written_at: number;
  /** The ids of the jobs by event, in the order in which they came. */
  jobs: Record<string, string[]>;
}

const [head, ...lines] = readFileSync(new URL("version-0.3.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/**
 * What version 0.3.0 has stored of limits, and its messages on their way: written by its code (version-0.3-engine.mjs, in the world of
 * versions.ts, on a table of dynalite) and never changed since. The product is that of test/deploy/stored.ts, and of its events came:
 *   desk 2, clerk 1, shut 1, hall 120   at work for longer than this lasts: their attempts are as if they were killed
 *   desk 6, clerk 3, shut 4, hall 10    in line behind them; the last of desk has a priority, the limit `clerk` is pinned to 1
 *   post 21, bell 31                    each with a start that was reserved, 10 minutes and 1 minute ahead at most
 *   lift 6, errand 5                    with slots that wait for starts, others in line behind them
 *   flood 20                            done
 * Then `shut` was paused, some were cancelled (post 4, 7, 10, 20; bell 25, 30; desk 3; hall 122) and one was moved (post 13, to 90 s
 * after the first).
 */
export const { written_at: writtenAt, jobs: ids }: Head = head;
export const items: Item[] = lines.flatMap(({ item }) => item ?? []);
export const messages: InFlight[] = lines.flatMap(({ message }) => (message ? [{ to: "jobs", ...message }] : []));
