import * as z from "zod";
import { defineFeature } from "../../../../lambdas/code/feature/define-feature.ts";
import { after, testFeature } from "../../../../lambdas/code/test-feature/test-feature.ts";

const Line = z.object({ sku: z.string() });

const refund = defineFeature({
  input: z.object({ order: z.string(), lines: z.array(Line) }),
  signals: { approved: z.object({ by: z.string() }), rejected: z.object({}) },
  async run(ctx, input) {
    const charge = await ctx.run<{ body: { amount: number } }>("find_charge", { params: { order: input.order } });
    if (charge.body.amount > 100) {
      const answer = await ctx.waitForSignal(["approved", "rejected"], { timeout: "2d" });
      if (answer.signal === "rejected") return { refunded: false };
    }
    const note = await ctx.step("render", () => `Dear customer of ${input.order}`);
    await Promise.all(
      input.lines.map((line) => ctx.run("return_line", { body: line }, { step: `return-${line.sku}` })),
    );
    await ctx.sleep("3d");
    return { refunded: true, note };
  },
});

const input = { order: "A-1", lines: [{ sku: "x" }, { sku: "y" }] };
const events = {
  find_charge: () => ({ body: { amount: 250 } }),
  return_line: (given: { body: { sku: string } }) => after(given.body.sku === "x" ? "2h" : "1h", { status: 200 }),
};

describe("a run of a feature", () => {
  it("goes through jobs, signals, own code and days of sleep at once", async () => {
    const signals = [{ signal: "approved", payload: { by: "ada" }, after: "1d" }];
    const run = await testFeature(refund, { input, events, signals });
    expect(run.result).toEqual({ refunded: true, note: "Dear customer of A-1" });
    expect(run.log.map(({ k, e }) => `${k} ${e}`)).toEqual([
      "find_charge done",
      "wait:approved|rejected signal",
      "render done",
      "return-y done",
      "return-x done",
      "sleep fired",
    ]);
    expect(run.jobs.map(({ event, input: given }) => [event, given])).toEqual([
      ["find_charge", { params: { order: "A-1" } }],
      ["return_line", { body: { sku: "x" } }],
      ["return_line", { body: { sku: "y" } }],
    ]);
    expect(run.now - Date.parse("2030-01-01T00:00:00Z")).toBeGreaterThan(4 * 86_400_000);
  });

  it("fails where nobody answers in time", async () => {
    const run = await testFeature(refund, { input, events });
    expect(run.error).toMatchObject({ code: "TIMEOUT", step: "wait:approved|rejected" });
  });
});

it("takes of an approval only what the handler lets people choose", async () => {
  const asks = defineFeature({ run: (ctx) => ctx.approve({ title: "May I?", choices: ["yes", "no"] }) });
  const decided = (choice: string) => testFeature(asks, { approvals: { approve: { choice, by: "ada" } } });
  expect((await decided("no")).result).toMatchObject({ choice: "no" });
  await expect(decided("approve")).rejects.toThrow(
    '`approvals["approve"].choice` is "approve", which is none of yes, no.',
  );
});
