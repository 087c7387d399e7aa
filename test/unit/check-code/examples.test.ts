import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { findingsOf } from "../../../packages/ductape-jobs/src/check-code/findings-of.ts";

const defines = /\b(?:defineFeature|features\.define|workflows\.define)\(/;

async function read(...patterns: string[]): Promise<{ file: string; text: string }[]> {
  const files = globSync(patterns, { exclude: (name) => /node_modules|\bdist\b/.test(name) });
  return Promise.all(files.sort().map(async (file) => ({ file, text: await readFile(file, "utf8") })));
}

const pages = await read("*.md", "docs/**/*.md", "packages/*/README.md", "sdk/README.md");
const shown = pages
  .flatMap(({ file, text }) =>
    [...text.matchAll(/^```(?:ts|js|tsx)\n([\s\S]*?)^```/gm)].map(
      ([, code = ""], i) => [`${file} ${i}`, code] as const,
    ),
  )
  .filter(([, code]) => defines.test(code) || /\bctx\.\w/.test(code));

const modules = (
  await read("products/**/*.ts", "examples/**/*.ts", "bench/**/*.ts", "packages/ductape-jobs/template/**/*.ts")
)
  .filter(({ text }) => defines.test(text))
  .map(({ file, text }) => [file, text] as const);

test("there are examples to look at", () => {
  expect([shown.length, modules.length].map((count) => count > 2)).toEqual([true, true]);
});

const imports = 'import { defineFeature, features, workflows } from "ductape-jobs/code";\n';
/** What a page shows alone stands for a part of a module, or of a handler. */
function whole(code: string): string {
  if (/^import /m.test(code)) return code;
  return imports + (defines.test(code) ? code : `defineFeature({ async run(ctx, input) {\n${code}\n} });`);
}

test.each(shown)("%s has nothing that the check would warn of", (_place, code) => {
  expect(findingsOf(whole(code), "page.ts")).toEqual([]);
});

test.each(modules)("%s has nothing that the check would warn of", (file, text) => {
  expect(findingsOf(text, file)).toEqual([]);
});
