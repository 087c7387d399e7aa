import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCatalog } from "../../../infra/bundle/catalog-file.ts";
import { loadCatalog } from "../../../infra/bundle/load-catalog.ts";

const catalog = (text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), "ductape catalog ")), "index.ts");
  writeFileSync(file, `${text}\nexport const products = [{ tag: "shop" }];`);
  return file;
};

describe("the products of a catalog", () => {
  test("are read whatever its modules print", () => {
    expect(readCatalog(catalog('console.log("[dotenv] injecting env (3) from .env");'))).toEqual([{ tag: "shop" }]);
  });

  test("are read although its modules leave something open", () => {
    expect(readCatalog(catalog("setInterval(() => {}, 1000);"))).toEqual([{ tag: "shop" }]);
  }, 60_000);

  test("are loaded without a line on standard output, where programs read", async () => {
    const written: unknown[] = [];
    const { write } = process.stdout;
    process.stdout.write = ((text: unknown) => written.push(text) > 0) as typeof write;
    try {
      expect(await loadCatalog(catalog('process.stdout.write("hello");'))).toEqual([{ tag: "shop" }]);
      process.stdout.write("afterwards");
    } finally {
      process.stdout.write = write;
    }
    expect(written).toEqual(["afterwards"]);
  });
});
