import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checks, prepare } from "./checks.ts";

/*
 * `npm run test:independent [-- <check> ...]`: checks this project with other people's tools. Each check reports in one line
 * how it went; its findings follow that line, and the process fails. The installed tools are kept in node_modules.
 */
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in checks));
if (unknown.length > 0) {
  console.error(`There is no check ${unknown.join(", ")}: ${Object.keys(checks).join(", ")}`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "independent-"));
const kept = fileURLToPath(new URL("../../node_modules/.cache/independent", import.meta.url));
mkdirSync(kept, { recursive: true });
const failed: string[] = [];
try {
  await prepare({ folder, kept });
  for (const [name, check] of Object.entries(checks)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const begun = performance.now();
    const seconds = () => `${((performance.now() - begun) / 1000).toFixed(0)} s`;
    try {
      console.log(`ok      ${name} (${await check({ folder, kept }).then((says) => `${seconds()}): ${says}`)}`);
    } catch (error) {
      failed.push(name);
      console.log(`FAILED  ${name} (${seconds()})\n${(error as Error).message}\n`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed.length > 0) {
  console.log(`Of the independent checks failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
