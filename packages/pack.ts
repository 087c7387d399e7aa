import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * `npm run pack [-- <folder>]`: writes the three packages as `<name>.tgz`, as npm would publish them, and beside each what it and its
 * dependencies are, as `<name>.cdx.json` (https://cyclonedx.org).
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = resolve(process.argv[2] ?? "packed");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
// The second is made of what the first has built.
for (const place of ["sdk", "packages/ductape-jobs", "packages/create-ductape-jobs"]) {
  const { name, version } = JSON.parse(readFileSync(join(root, place, "package.json"), "utf8"));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: join(root, place),
    stdio: ["ignore", "ignore", "inherit"],
  });
  renameSync(join(folder, `${name}-${version}.tgz`), join(folder, `${name}.tgz`));
  const bom = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "library", "--workspace", name];
  writeFileSync(join(folder, `${name}.cdx.json`), execFileSync("npm", [...bom, "--package-lock-only"], { cwd: root }));
  console.log(`${name} ${version}: ${join(folder, `${name}.tgz`)}`);
}
