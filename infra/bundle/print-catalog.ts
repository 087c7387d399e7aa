import { loadCatalog } from "./load-catalog.ts";

/** `node infra/bundle/print-catalog.ts <file>`: prints the products that the file exports as JSON, or why they cannot be read. */
const [file = ""] = process.argv.slice(2);
try {
  process.stdout.write(JSON.stringify(await loadCatalog(file)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
