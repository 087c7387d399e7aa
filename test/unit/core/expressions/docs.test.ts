import { resolve, scopeOf } from "../../../../lambdas/core/expressions/evaluate.ts";
import { operators, roots } from "../../../../lambdas/core/expressions/expression.ts";
import { insteadOf } from "../../../../lambdas/core/expressions/words.ts";
import { catalogPage } from "../../../support/catalog-pages.ts";
import { rowsOf } from "../../../support/tables.ts";

const page = await catalogPage("expressions");
const code = (cell = "") => cell.replace(/^`(.*)`$/, "$1");

describe("the page on expressions", () => {
  it("has every word of the language, and Ductape's that are missing", () => {
    const missing = [...roots, ...Object.keys(operators)].filter((word) => !new RegExp(`\\$${word}\\b`).test(page));
    expect(missing).toEqual([]);
    const others = rowsOf(page, "there", "here").flatMap(([there = ""]) => there.match(/(?<=\$)[A-Z]\w+/g) ?? []);
    const foreign = others.filter((word) => !(roots as readonly string[]).includes(word));
    expect(foreign).toEqual(["Secret", "Token", "Response", "Default", "Var"]);
    expect(foreign.filter((word) => insteadOf(word) === undefined)).toEqual([]);
  });

  const scope = scopeOf({ name: "Ada", total: 4.5, tags: ["a"] }, 0, { variables: {}, constants: {} });
  it.each(rowsOf(page, "written", "becomes").map((row) => row.map(code)))(
    "is right that %s becomes %s",
    (text, made) => {
      expect(resolve(text, scope)).toEqual(JSON.parse(made as string));
    },
  );
});
