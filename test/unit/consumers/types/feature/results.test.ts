import {
  mostGatheredBytes,
  mostReferredBytes,
  resultsOf,
} from "../../../../../lambdas/consumers/types/feature/results.ts";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { evaluate } from "../../../../../lambdas/core/expressions/evaluate.ts";
import { parseExpression } from "../../../../../lambdas/core/expressions/parse.ts";
import type { Job } from "../../../../../lambdas/core/job/job.ts";
import { endlessRoom } from "../../../../../lambdas/core/operations/memory.ts";
import { aJob } from "../../../../support/builders.ts";
import { fakeBlobStore } from "../../../../support/fakes/blob-store.ts";

const loading = { room: endlessRoom, signal: new AbortController().signal };

/** A feature whose steps have all completed, with results of so many bytes, and the blobs that were read for it. */
function finished(bytes: Record<string, number>, more: Partial<FeatureTarget> = {}) {
  const names = Object.keys(bytes);
  const feature = { sequences: { main: names.map((event) => ({ event, depends_on: [] })) }, ...more };
  const blobs = fakeBlobStore();
  const read: string[] = [];
  const get = async (key: string) => {
    read.push(key);
    return Buffer.from(JSON.stringify(`result of ${key}`));
  };
  const children = new Map<string, Job>();
  for (const name of names) {
    const size = bytes[name] as number;
    const result = size === 0 ? { inline: "small" } : { blob: name, bytes: size };
    children.set(`main.${name}`, aJob({ status: "completed", finished_at: 1, result }));
  }
  const states = Object.fromEntries(names.map((name) => [`main.${name}`, { status: "completed" as const }]));
  return { results: resultsOf({ blobs: { ...blobs, get }, ...loading }, feature, children, states), read, children };
}

it("a feature without an output returns its steps' results if they are small together", async () => {
  const large = { a: mostGatheredBytes - 10, b: 11, c: 0, d: 10 };
  const { results, read, children } = finished(large);
  expect(await results).toEqual({
    results: {
      main: {
        a: "result of a",
        b: { job_id: children.get("main.b")?.id, result_bytes: 11 },
        c: "small",
        d: "result of d",
      },
    },
    tooLarge: new Set(),
  });
  expect(read).toEqual(["a", "d"]);
});

it("an output's results are loaded while there is memory, and then reported", async () => {
  const large = { a: mostReferredBytes - 10, b: 11, c: 5, d: 1e9 };
  const output = { a: "$Sequence{main}{a}", b: "$Sequence{main}{b}", c: "$Sequence{main}{c}" };
  const { results, read } = finished(large, { output });
  const scope = { input: {}, gone: new Set<string>(), now: 0, ...(await results) };
  expect(read).toEqual(["a", "c"]);
  expect(evaluate(parseExpression("$Sequence{main}{c}"), scope)).toBe("result of c");
  expect(() => evaluate(parseExpression("$Sequence{main}{b}"), scope)).toThrow(
    expect.objectContaining({
      code: "VALIDATION_ERROR",
      message: "The result of step main.b is too large to be referred to.",
    }),
  );
});
