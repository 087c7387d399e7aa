import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { featureWorld as world } from "../../../../support/feature-world.ts";

describe("a decision", () => {
  const large = "x".repeat(5000);
  const piping: FeatureTarget = {
    sequences: { main: [{ event: "create", input: { body: { text: "$Input{text}" } } }] },
  };
  /** With a progress that is too large for the item. */
  const wide: FeatureTarget = {
    sequences: { main: Array.from({ length: 50 }, (_, i) => ({ event: "create", step: `step${i}`, depends_on: [] })) },
  };

  it.each([
    ["its input", "get", piping],
    ["its progress", "put", wide],
  ] as const)("spends no attempt if S3 refuses %s", async (_, method, onboard) => {
    const w = world({ onboard });
    const id = await w.start("onboard", { text: large }, { retries: 0 });
    const { [method]: real } = w.blobs;
    w.blobs[method] = async () => {
      w.blobs[method] = real as never;
      throw new Error("SlowDown");
    };
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed", attempts: [{ attempt: 1 }] });
  });

  it("reads a result only where a step that may start or the output refers to it", async () => {
    const w = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "create", step: "a", input: {}, depends_on: [] },
              { event: "create", step: "b", input: {}, depends_on: [] },
              { event: "create", step: "c", input: {}, depends_on: [] },
              { event: "mail", input: { body: { text: "$Sequence{main}{a}{text}" } }, depends_on: ["a", "b"] },
              { event: "charge", if: { value: "$Sequence{main}{b}{text}", exists: false }, depends_on: ["mail"] },
              { event: "charge", step: "last", depends_on: ["charge"] },
            ],
          },
          output: { a: "$Sequence{main}{a}{text}" },
        },
      },
      { create: () => ({ text: large }) },
    );
    const { get } = w.blobs;
    const read: string[] = [];
    w.blobs.get = async (key) => {
      const job = await w.jobs.get(key.split("/")[1] ?? "");
      if (key.startsWith("results/")) read.push(job?.parent?.step ?? "");
      return get(key);
    };
    expect(await w.run()).toMatchObject({ status: "completed" });
    // For the mail, for the condition after it, and for the output.
    expect(read).toEqual(["main.a", "main.b", "main.a"]);
  });

  it("fails for good if its input has gone from S3", async () => {
    const w = world({ onboard: piping });
    const id = await w.start("onboard", { text: large });
    w.blobs.blobs.clear();
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "failed", attempt: 1, error: { code: "NOT_FOUND" } });
  });
});
