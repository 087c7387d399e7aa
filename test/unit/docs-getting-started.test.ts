import { readFile } from "node:fs/promises";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import { checkCatalog } from "../../lambdas/core/check/check-catalog.ts";
import { parseRequest } from "../../lambdas/core/requests/request.ts";
import { blocksOf, catalogPage, shopFileIn, shopIn } from "../support/catalog-pages.ts";

const page = await readFile("docs/getting-started.md", "utf8");
const shop = shopIn(page);
const catalog = makeCatalog([shop], registry);

describe("the page on a first product", () => {
  it("shows the product that the catalog's page begins with", async () => {
    expect(checkCatalog([shop], registry)).toEqual([]);
    expect(shopFileIn(page)).toBe(shopFileIn(await catalogPage("README")));
  });

  it("shows requests that the product accepts", () => {
    const bodies = [...page.matchAll(/^ {2}-d '(\{[\s\S]*?\})'$/gm)].map(([, body = ""]) => JSON.parse(body));
    expect(bodies.map(({ event, repeat }) => [event, repeat !== undefined])).toEqual([
      ["remind_customer", false],
      ["send_report", true],
      ["send_report", true],
    ]);
    for (const body of bodies) expect(parseRequest(body, catalog, 0)).toMatchObject({ product: { tag: "shop" } });
  });

  it("shows a program whose request the product accepts", () => {
    const program = blocksOf(page, "ts").find((code) => code.includes("dispatch(")) ?? "";
    const request = new Function(`return ${/dispatch\((\{[\s\S]*?\n\})\)/.exec(program)?.[1]}`)();
    const threeDays = 3 * 24 * 3_600_000;
    expect(parseRequest(request, catalog, Date.now()).due_at - Date.now()).toBeCloseTo(threeDays, -4);
  });

  it("shows JSON in its answers, and JavaScript in its server", () => {
    for (const text of blocksOf(page, "json")) expect(JSON.parse(text)).toMatchObject({ status: "completed" });
    const [server = ""] = blocksOf(page, "js");
    expect(() => new Function("createServer", server.replace(/^import .*$/m, ""))).not.toThrow();
  });
});
