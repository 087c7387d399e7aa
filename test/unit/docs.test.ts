import { readFile } from "node:fs/promises";

it("the catalog's page shows the demo product as it is", async () => {
  const [page, product] = await Promise.all([
    readFile("docs/catalog.md", "utf8"),
    readFile("products/my-product.ts", "utf8"),
  ]);
  expect(page).toContain(product);
});
