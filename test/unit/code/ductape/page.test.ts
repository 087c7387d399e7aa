import { readFile } from "node:fs/promises";
import { instead } from "../../../../lambdas/code/ductape/not-here.ts";
import { blocksOf, catalogPage } from "../../../support/catalog-pages.ts";
import { rowsOf } from "../../../support/tables.ts";

const page = await catalogPage("features-as-code");
const section = page.slice(page.indexOf("## Ductape's spelling"));
const wordsOf = (cell: string): string[] => [...cell.matchAll(/`(\w[\w.]*)/g)].map(([, word = ""]) => word);
const fieldsOf = (code: string, from: string): string[] =>
  [
    ...code
      .slice(code.indexOf(from), code.indexOf("\n}", code.indexOf(from)))
      .matchAll(/^ {2}(?:readonly )?(\w+)\??[(:<]/gm),
  ].map(([, name = ""]) => name);

describe("the page on Ductape's spelling", () => {
  it("shows the feature that the tests run", async () => {
    const [shown = ""] = blocksOf(section, "ts");
    const file = await readFile("test/support/code/place-order.ts", "utf8");
    const code = (text: string) => text.slice(text.indexOf("export const")).trim();
    expect(code(shown)).toBe(code(file));
  });

  it("has everything of the context and of the definition, and what is refused", async () => {
    const context = fieldsOf(await readFile("lambdas/code/ductape/context.ts", "utf8"), "interface DuctapeContext");
    const onContext = rowsOf(section, "on `ctx`", "here").flatMap(([cell = ""]) => wordsOf(cell));
    expect(context.length).toBeGreaterThan(40);
    expect(context.filter((name) => !onContext.some((word) => word.split(".")[0] === name))).toEqual([]);
    const definition = await readFile("lambdas/code/ductape/define.ts", "utf8");
    const told = rowsOf(section, "field of `features.define`", "here").join(" ");
    const own = fieldsOf(definition, "interface DuctapeFeatureDefinition").filter((name) => name !== "handler");
    expect(own.length).toBeGreaterThan(8);
    expect(own.filter((name) => !told.includes(`\`${name}`))).toEqual([]);
    const refused = rowsOf(section, "not here", "instead").flatMap(([cell = ""]) => wordsOf(cell));
    expect(refused.sort()).toEqual(Object.keys(instead).sort());
  });
});
