import { readFileSync } from "node:fs";
import type { Item } from "../../../lambdas/aws/dynamodb/job-item.ts";

interface Head {
  /** The time at which all of it was written, in epoch milliseconds. */
  written_at: number;
  /** The id of the one API key. */
  api_key: string;
  /** The ids of the jobs, by what is special about each one. */
  jobs: Record<string, string>;
}

const [head, ...lines] = readFileSync(new URL("version-0.1.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/**
 * A table and its blobs as version 0.1 left them, written by its code (commit c9a3520) and never changed since. The product is
 * `productWith` of test/support/feature-world.ts with the feature below.
 */
export const { written_at: writtenAt, api_key: apiKey, jobs: ids }: Head = head;
export const items: Item[] = lines.flatMap(({ item }) => item ?? []);
export const blobs: [key: string, value: unknown][] = lines.flatMap(({ blob, value }) => (blob ? [[blob, value]] : []));

export const onboard = {
  sequences: {
    main: [
      { event: "create", input: { body: { name: "$Input{name}" } } },
      { event: "charge" },
      { event: "mail", retries: 0 },
    ],
  },
  output: { order: "$Sequence{main}{create}{body}{id}" },
};
