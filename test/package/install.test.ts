import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { path, shell } from "./run.ts";

const manifests = ["sdk", "packages/ductape-jobs", "packages/create-ductape-jobs"].map(
  (folder) => `${folder}/package.json`,
);

let clone: string;
beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), "ductape-install-"));
  for (const file of ["package.json", "package-lock.json", ".npmrc", ...manifests]) await cp(file, join(clone, file));
  const pretend =
    'for (const [object, name, value] of [[process, "version", "v20.20.2"], [process.versions, "node", "20.20.2"]])';
  await writeFile(join(clone, "pretend.cjs"), `${pretend}\n  Object.defineProperty(object, name, { value });\n`);
});
afterAll(() => rm(clone, { recursive: true, force: true }));

/** What `npm ci` of a clone prints on Node 20, where nothing is fetched or written. */
const installed = async (...options: string[]) => {
  const env = { NODE_OPTIONS: "--require ./pretend.cjs", PATH: path };
  const { out, err } = await shell(`npm ci --dry-run --offline --ignore-scripts ${options.join(" ")}`, clone, env);
  return out + err;
};

test("an older Node installs a clone without a warning per package", async () => {
  expect(await installed("--loglevel", "warn")).toContain("EBADENGINE");
  expect(await installed()).not.toContain("EBADENGINE");
}, 120_000);
