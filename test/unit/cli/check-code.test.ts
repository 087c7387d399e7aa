import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { answering } from "../../support/cli/answering.ts";
import { runCli } from "../../support/cli/run-cli.ts";

const catalog = `const code = (path) => ({ code: path });
export const products = [{
  tag: "shop",
  envs: ["dev"],
  features: { refund: code("../features/refund.ts") },
  jobs: { refund: { type: "feature", feature: "refund" } },
}];`;

/** A project whose feature has this body. */
function project(body: string, more: Record<string, string> = {}): string {
  const cwd = mkdtempSync(join(tmpdir(), "ductape-cli-code-"));
  const feature = `import { defineFeature } from "ductape-jobs/code";
import { charge } from "./charge.ts";

export const refund = defineFeature({
  async run(ctx) {
    ${body}
  },
});
`;
  const files = {
    "products/index.ts": catalog,
    "features/refund.ts": feature,
    "features/charge.ts": "export const charge = (ctx) => ctx.run('charge');",
    ...more,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  return cwd;
}

const counting = `let sum = 0;
    await ctx.step("count", async () => {
      sum += 1;
    });
    return sum;`;
const lost =
  'features/refund.ts:8:7: warning: `sum` is changed in the function of the step "count". A replay does not run that again, and the change is lost: return the value from the step, and use what ctx.step returns.\n';

describe("the command check on the code of a catalog", () => {
  it("says nothing of code that is in order", async () => {
    expect(await runCli(["check"], { cwd: project("return ctx.step('one', () => 1);") })).toEqual({
      code: 0,
      out: "products/index.ts: 1 product, 1 event, no fault.\n",
      err: "",
    });
  });

  it("says which event no product has, by the line and column", async () => {
    const body = `await ctx.run("refnd", {});
    await ctx.feature("refund", {});
    const { feature, run } = ctx;
    await feature("elsewhere", {});
    await run(String(ctx.now()), {});
    // ductape-ignore: the next deployment has it
    await run("later", {});`;
    const { code, out } = await runCli(["check"], { cwd: project(body) });
    expect([code, out]).toEqual([
      1,
      'features/refund.ts:6:19: ctx.run of "refnd" would wait: the catalog has no event of that name. Did you mean "refund"?\n' +
        'features/refund.ts:9:19: ctx.feature of "elsewhere" would wait: the catalog has no event of that name.\n',
    ]);
  });

  it("says which entries name what their modules do not export", async () => {
    const twice = catalog
      .replace(
        "features:",
        `functions: { price: { ...code("../features/price.ts"), export: "prices" }, tax: code("../features/tax.cjs") },\n  features:`,
      )
      .replace(
        "jobs: {",
        `jobs: { price: { type: "function", function: "price" }, tax: { type: "function", function: "tax" }, `,
      );
    const cwd = project("", {
      "products/index.ts": twice,
      "features/refund.ts": `export * from "./other.ts";`,
      "features/other.ts": "export const refunds = 1;",
      "features/price.ts": "export const price = () => 1;",
      // What a CommonJS module exports is not known before it runs.
      "features/tax.cjs": "module.exports = taxes();",
    });
    const { code, out } = await runCli(["check"], { cwd });
    const [first, second, ...rest] = out.split("\n");
    expect([code, rest]).toEqual([1, [""]]);
    expect(first).toMatch(/^products.index.ts: shop.functions.price.export: .*price.ts exports no prices\. Export it/);
    expect(second).toMatch(/^products.index.ts: shop.features.refund.code: .*refund.ts exports no refund\. Export it/);
  });

  it("warns by the line and column, and does not fail", async () => {
    expect(await runCli(["check"], { cwd: project(counting) })).toEqual({
      code: 0,
      out: `${lost}products/index.ts: 1 product, 1 event, no fault, 1 warning.\n`,
      err: "",
    });
  });

  it("has its warnings in what programs read", async () => {
    const { out } = await runCli(["check", "--json"], { cwd: project(counting) });
    const place = { file: "features/refund.ts", line: 8, column: 7, rule: "lost-change" };
    expect(JSON.parse(out)).toEqual({
      valid: true,
      faults: [],
      warnings: [{ ...place, detail: expect.stringMatching(/^`sum` is changed in/) }],
    });
  });

  it("warns of no line that says why it is right", async () => {
    const cwd = project(counting.replace("sum += 1;", "sum += 1; // ductape-ignore: for the log of this process only"));
    expect((await runCli(["check"], { cwd })).out).toBe("products/index.ts: 1 product, 1 event, no fault.\n");
  });

  it("fails for what the engine is sure to refuse", async () => {
    const cwd = project(`await fetch("https://shop.example");`);
    const { code, out } = await runCli(["check"], { cwd });
    expect({ code, out }).toEqual({
      code: 1,
      out: "features/refund.ts:6:11: fetch outside of ctx.step parks the run (OUTSIDE_STEP). Its answer would be another in the next replay: put it into ctx.step(key, () => ...).\n",
    });
    const { valid, faults, warnings } = JSON.parse((await runCli(["check", "--json"], { cwd })).out);
    expect({ valid, warnings }).toEqual({ valid: false, warnings: [] });
    expect(faults).toMatchObject([{ file: "features/refund.ts", line: 6, column: 11, rule: "outside-step" }]);
  });

  it("looks at what the module imports, for functions that are given ctx by its type", async () => {
    const charge = `import type { FeatureContext } from "ductape-jobs/code";
export async function charge(ctx: FeatureContext<never>) {
  const sent: string[] = [];
  await ctx.step("send", () => void sent.push("a"));
  return sent;
}`;
    const cwd = project("return charge(ctx);", { "features/charge.ts": charge });
    expect((await runCli(["check"], { cwd })).out).toMatch(/^features\/charge\.ts:4:37: warning: what `sent` holds is/);
  });

  it("names the line of code that does not compile", async () => {
    const cwd = project("return charge(ctx;");
    expect(await runCli(["check"], { cwd })).toMatchObject({
      code: 1,
      out: 'features/refund.ts:6:22: does not compile: Expected ")" but found ";"\n',
    });
  });

  it("names an import that leads nowhere", async () => {
    const cwd = project("return charge(ctx);", { "features/refund.ts": 'export { refund } from "./gone.ts";' });
    expect((await runCli(["check"], { cwd })).out).toBe(
      'features/refund.ts:1:24: does not compile: Could not resolve "./gone.ts"\n',
    );
  });

  it("warns before it says what runs under way would meet", async () => {
    const api = answering({
      "GET /v1/products": { products: [{ tag: "shop", envs: [], events: [] }] },
      "GET /v1/jobs": { jobs: [] },
    });
    const cwd = project(counting);
    const args = ["check", "--against", "https://jobs.example.com"];
    expect(await api.cli(args, { cwd })).toMatchObject({
      code: 0,
      out: `${lost}0 runs under way: none would notice.\n`,
    });
    const told = JSON.parse((await api.cli([...args, "--json"], { cwd })).out);
    expect(told).toMatchObject({ valid: true, warnings: [{ line: 8 }], against: { runs: 0 } });
  });
});
