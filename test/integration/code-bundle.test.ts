import { execFileSync, spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@jest/globals";
import { bundleCode } from "../../infra/bundle/bundle-code.ts";
import { blocksOf } from "../support/catalog-pages.ts";
import { tempFolder } from "../support/local/temp-folder.ts";

/** The bundle of a product's code as the CDK makes it, in a process that has nothing else. */
const folder = tempFolder();
const entries = [
  { section: "functions", name: "price", code: "./functions.ts", export: "price", secrets: [{ $secret: "shop/key" }] },
];
// More than an argument of a process may hold, as of a product with hundreds of features.
const many = Array.from({ length: 1000 }, (_, i) => ({ ...entries[0], name: `price-${i}-${"x".repeat(100)}` }));
execFileSync(process.execPath, ["infra/bundle/bundle-code-entry.ts", "shop", folder, "test/support/code/catalog.ts"], {
  input: JSON.stringify([...entries, ...many]),
});

const call = {
  v: 1,
  kind: "call",
  function: "price",
  payload: { sku: "A-1" },
  job_id: "job_1",
  attempt: 1,
  deadline_ms: 500,
};

function run(message: object, before = "") {
  const program = join(folder, "run.mjs");
  writeFileSync(
    program,
    `${before}\nconst { handler } = await import("./index.mjs");\nconsole.error(JSON.stringify(await handler(${JSON.stringify(message)})));`,
  );
  return spawnSync(process.execPath, ["--enable-source-maps", program], { encoding: "utf8", timeout: 60_000 });
}

test("a bundle answers by itself, and ends with its call", () => {
  const { stderr, stdout, status } = run(call);
  expect(status).toBe(0);
  expect(JSON.parse(stderr)).toEqual({
    v: 1,
    outcome: { is: "completed", value: { v: { total: 1999, currency: "EUR" } } },
  });
  expect(JSON.parse(stdout)).toMatchObject({ message: "looking up a price", job_id: "job_1" });
});

test("a bundle has no AWS client but those that read secrets", () => {
  expect(statSync(join(folder, "index.mjs")).size).toBeLessThan(2_500_000);
});

test("what blocks the process beyond the deadline ends it", () => {
  // The function itself is made to loop by what it calls first.
  const { signal } = run({ ...call, deadline_ms: 20 }, "Date.now = () => { for (;;); };");
  expect(signal).toBe("SIGKILL");
});

test("the function of the page on functions does what the page says", async () => {
  const page = await readFile("docs/catalog/code.md", "utf8");
  const source = blocksOf(page, "ts").find((block) => block.includes("defineFunction(")) ?? "";
  await writeFile(
    join(folder, "price.ts"),
    source
      .replace('"ductape-jobs/code"', JSON.stringify(resolve("lambdas/code/define-function.ts")))
      .replace('"zod"', JSON.stringify(resolve("node_modules/zod/index.js"))),
  );
  const [request = "{}"] = blocksOf(page, "json");
  const entry = { section: "functions" as const, name: "price", code: "./price.ts", export: "price", secrets: [] };
  const { file } = await bundleCode("shop", [entry], {
    catalog: join(folder, "index.ts"),
    folder: join(folder, "page"),
  });
  const { handler } = (await import(pathToFileURL(file).href)) as { handler: (message: object) => Promise<unknown> };
  const { payload } = JSON.parse(request).input;
  expect(await handler({ ...call, payload })).toEqual({
    v: 1,
    outcome: { is: "completed", value: { v: { total: 3998, currency: "EUR" } } },
  });
});

test("what CommonJS knows of its file is that of the bundle", async () => {
  await writeFile(join(folder, "legacy.cjs"), "module.exports = { folder: __dirname, file: __filename };");
  await writeFile(
    join(folder, "where.ts"),
    `import { defineFunction } from ${JSON.stringify(resolve("lambdas/code/define-function.ts"))};
     import legacy from "./legacy.cjs";
     const __dirname = import.meta.dirname;
     export const where = defineFunction({ run: () => ({ ...legacy, own: __dirname }) });`,
  );
  const entry = { section: "functions" as const, name: "where", code: "./where.ts", export: "where", secrets: [] };
  const { file } = await bundleCode("shop", [entry], {
    catalog: join(folder, "index.ts"),
    folder: join(folder, "legacy"),
  });
  const { handler } = (await import(pathToFileURL(file).href)) as { handler: (message: object) => Promise<unknown> };
  const own = join(folder, "legacy");
  expect(await handler({ ...call, function: "where" })).toEqual({
    v: 1,
    outcome: { is: "completed", value: { v: { folder: own, file, own } } },
  });
});

test("a compiled addon is refused, and what to do is said", async () => {
  await writeFile(join(folder, "addon.node"), "no text");
  await writeFile(join(folder, "native.cjs"), 'exports.native = require("./addon.node");');
  const entry = { section: "functions" as const, name: "native", code: "./native.cjs", export: "native", secrets: [] };
  const bundling = bundleCode("shop", [entry], {
    catalog: join(folder, "index.ts"),
    folder: join(folder, "native"),
  });
  await expect(bundling).rejects.toThrow(/addon\.node.*takes no compiled addon.*run the function elsewhere/s);
});
