import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { FeatureContext } from "../../../../lambdas/code/feature/context.ts";
import { defineFeature } from "../../../../lambdas/code/feature/define-feature.ts";
import type { StandardSchema } from "../../../../lambdas/code/standard-schema.ts";
import { testFeature } from "../../../../lambdas/code/test-feature/test-feature.ts";
import { blocksOf, catalogPage } from "../../../support/catalog-pages.ts";
import { refund } from "../../../support/code/refund.ts";
import { rowsOf } from "../../../support/tables.ts";

const here = "test/unit/code/feature/page.test.ts";
const page = await catalogPage("features-as-code");

test("a large refund is approved first", async () => {
  const run = await testFeature(refund, {
    input: { order: "A-1", lines: [{ sku: "x" }, { sku: "y" }] },
    events: {
      find_charge: () => ({ body: { id: "ch_1", amount: 250 } }),
      pay_back: () => ({ status: 200 }),
      return_line: () => ({ status: 200 }),
    },
    signals: [{ signal: "approved", payload: { by: "ada" }, after: "1d" }],
  });
  assert.deepEqual(run.result, { refunded: true, letter: "We refund your order A-1." });
  assert.deepEqual(
    run.jobs.map((job) => job.key),
    ["find_charge", "pay_back", "return-x", "return-y"],
  );
});

describe("the page on features as code", () => {
  it("shows the feature and the test that are run here", async () => {
    const [feature = "", tested = ""] = blocksOf(page, "ts");
    const file = await readFile("test/support/code/refund.ts", "utf8");
    // The linter sorts the imports of a path otherwise.
    const shown = (text: string) => text.slice(text.indexOf("const Line"));
    expect(shown(file)).toBe(shown(feature));
    expect(await readFile(here, "utf8")).toContain(tested.slice(tested.indexOf("test(")));
  });

  it("shows a race that runs", async () => {
    const code = blocksOf(page, "ts")[2] ?? "";
    const any: StandardSchema = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } };
    const race = new Function("ctx", "order", `return (async () => { ${code} })();`) as (
      ctx: FeatureContext<never>,
      order: string,
    ) => Promise<void>;
    const feature = defineFeature({ signals: { paid: any }, run: (ctx) => race(ctx as never, "A-1") });
    const late = await testFeature(feature, { events: { remind: () => 1 } });
    expect(late).toMatchObject({ status: "rolled_back", reason: "nobody paid", jobs: [{ event: "remind" }] });
    const paid = await testFeature(feature, { signals: [{ signal: "paid", key: "A-1", after: "1d" }] });
    expect(paid).toMatchObject({ status: "completed", jobs: [] });
  });

  it("has every fault, and everything of the context and of testFeature", async () => {
    const messages = await readFile("lambdas/core/job/decide-messages.ts", "utf8");
    const codes = /code: ("NON_DETERMINISTIC"[^;]*);/.exec(messages)?.[1]?.match(/\w+/g);
    const told = rowsOf(page, "code", "what is wrong", "what to do").map(([code = ""]) => code.replaceAll("`", ""));
    expect(told.sort()).toEqual(codes?.sort());
    const context = await readFile("lambdas/code/feature/context.ts", "utf8");
    const members = context
      .slice(context.indexOf("interface FeatureContext"))
      .matchAll(/^ {2}(?:readonly )?(\w+)[(:<]/gm);
    for (const [, name = ""] of members) expect([name, page.includes(`\`${name}`)]).toEqual([name, true]);
    const tester = await readFile("lambdas/code/test-feature/test-feature.ts", "utf8");
    const options = tester.slice(
      tester.indexOf("interface TestFeatureOptions"),
      tester.indexOf("export interface TestedFeature"),
    );
    for (const [, name = ""] of options.matchAll(/^ {2}(\w+)\??:/gm))
      expect([name, page.includes(`\`${name}\``)]).toEqual([name, true]);
  });
});
