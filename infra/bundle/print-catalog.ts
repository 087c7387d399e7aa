import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCatalog } from "./load-catalog.ts";

/** `node infra/bundle/print-catalog.ts <file>`: prints the products that the file exports as JSON, or why they cannot be read. */
const [file = ""] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "ductape-catalog-"));
try {
  process.stdout.write(JSON.stringify(await loadCatalog(file, folder)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
