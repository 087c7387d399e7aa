import { loadCatalog } from "./load-catalog.ts";

/** `node infra/bundle/print-catalog.ts <file>`: prints the products that the file exports as JSON, or why they cannot be read. */
const [file = ""] = process.argv.slice(2);
try {
  const printed = JSON.stringify(await loadCatalog(file));
  // A module of the catalog may have left open what would keep this process from ending, such as a timer.
  process.stdout.write(printed, () => process.exit());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
