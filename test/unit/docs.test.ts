import { readFile } from "node:fs/promises";
import { registry } from "../../lambdas/consumers/registry.ts";
import { checkCatalog } from "../../lambdas/core/catalog.ts";
import { jobErrorCodes } from "../../lambdas/core/errors.ts";
import { parameter, secret } from "../../lambdas/core/references.ts";

const catalogPage = () => readFile("docs/catalog.md", "utf8");

it("the catalog's page shows the demo product as it is", async () => {
  const [page, product] = await Promise.all([
    readFile("docs/catalog.md", "utf8"),
    readFile("products/my-product.ts", "utf8"),
  ]);
  expect(page).toContain(product);
});

it("the catalog's page shows fragments of products that are valid", async () => {
  const fragments = [...(await catalogPage()).matchAll(/^```ts\n(\w+: [\s\S]*?)^```/gm)].map(([, code]) => code);
  expect(fragments.length).toBeGreaterThan(0);
  for (const code of fragments) {
    const sections = new Function("secret", "parameter", `return {${code}}`)(secret, parameter);
    expect(checkCatalog([{ tag: "docs", envs: ["dev", "prd"], jobs: {}, ...sections }], registry)).toEqual([]);
  }
});

it("the catalog's page has every error code, and whether it is retried", async () => {
  const rows = [...(await catalogPage()).matchAll(/^\| `([A-Z_]+)` +\| (yes|no|depends) /gm)];
  const told = Object.fromEntries(rows.map(([, code, retried]) => [code, retried]));
  const known = Object.entries(jobErrorCodes).map(([code, retryable]) => [code, retryable ? "yes" : "no"]);
  expect(told).toEqual({ ...Object.fromEntries(known), PROVIDER_ERROR: "depends" });
});

it("the catalog's page has the limits of every type", async () => {
  const page = await catalogPage();
  const numbers = (n: number) => n.toLocaleString("en-US");
  for (const { type, defaults, limits } of Object.values(registry)) {
    const cells = [numbers(defaults.timeout_ms), numbers(limits.max_timeout_ms), defaults.retries, limits.memory_mb];
    const [, ...row] =
      new RegExp(`^\\| \`${type}\` +${String.raw`\| ([\d,]+) +`.repeat(3)}\\| (\\d+) MB`, "m").exec(page) ?? [];
    expect([type, ...row]).toEqual([type, ...cells.map(String)]);
  }
});
