import { readFile } from "node:fs/promises";
import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";
import { code as ownCode } from "../../lambdas/core/catalog/code-target.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { parameter, secret } from "../../lambdas/core/catalog/references.ts";
import { tablesOf } from "./tables.ts";

export const catalogPage = (name: string) => readFile(`docs/catalog/${name}.md`, "utf8");

/** The code blocks of a page in one language. */
export const blocksOf = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, text = ""]) => text);

/** The parts of products that a page shows, as products of env `dev` and `prd`. */
export const productsIn = (page: string): Product[] =>
  blocksOf(page, "ts")
    .filter((code) => /^\w+: /.test(code))
    .map((code) => {
      const script = withoutTypes(code);
      const sections = new Function("secret", "parameter", "code", `return {${script}}`)(secret, parameter, ownCode);
      return { tag: "shop", envs: ["dev", "prd"], jobs: {}, ...sections };
    });

/** The only types that a page's parts of products have. */
const withoutTypes = (text: string): string => text.replaceAll(/\bcode<typeof import\("[^"]*"\)(, "\w+")?>/g, "code");

/** The file that a page asks its reader to save as `products/shop.ts`. */
export const shopFileIn = (page: string): string =>
  blocksOf(page, "ts").find((code) => code.includes("export const shop = ")) ?? "";

/** The product that is in that file. */
export function shopIn(page: string): Product {
  const statements = shopFileIn(page)
    .replaceAll(/^import .*\n/gm, "")
    .replace("export const shop", "const shop");
  return new Function("defineProduct", "secret", "parameter", `${statements}\nreturn shop;`)(
    defineProduct,
    secret,
    parameter,
  );
}

/** What the pages say about a result: the fields that are always present, and the optional ones. */
export interface Shape {
  always: string[];
  all: string[];
}

/** The results that a catalog page describes, one per table. */
export async function shapesIn(name: string): Promise<Shape[]> {
  return tablesOf(await catalogPage(name), "field", "type", "meaning").map((rows) => ({
    always: rows.filter(([, , meaning = ""]) => !meaning.startsWith("not always there")).map(nameIn),
    all: rows.map(nameIn),
  }));
}

const nameIn = ([field = ""]: string[]) => field.replaceAll("`", "");

/** Expects a result to have exactly the fields that its page describes. */
export function expectShape(result: unknown, shape: Shape | undefined): void {
  const fields = Object.keys(result as object);
  expect(shape?.all).toEqual(expect.arrayContaining(fields));
  expect(fields).toEqual(expect.arrayContaining(shape?.always ?? []));
}
