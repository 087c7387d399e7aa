import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { jobTypes } from "../lambdas/core/job.ts";

const entries = ["api", "authorizer", "reconciler", "lifecycle", ...jobTypes.map((type) => `consumers/${type}`)];
const runs = 7;

/** Milliseconds that a fresh Node takes to import a bundle, which is what a cold start pays before its first event. */
function importMs(file: string): number {
  const script = `const t = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - t)`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const folder = await mkdtemp(join(tmpdir(), "bench-"));
try {
  console.log(`Node ${process.version}; median of ${runs} imports, each in a fresh process`);
  console.log("| function | bundle KB | import ms |\n|---|---|---|");
  for (const entry of entries) {
    const outfile = join(folder, `${entry.replace("/", "-")}.mjs`);
    // As infra/constructs/entry-function.ts bundles them.
    const { metafile } = await build({
      entryPoints: [`lambdas/${entry}/handler.ts`],
      outfile,
      bundle: true,
      minify: true,
      platform: "node",
      format: "esm",
      target: "node24",
      mainFields: ["module", "main"],
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
      metafile: true,
      logLevel: "error",
    });
    const bytes = Object.values(metafile.outputs)[0]?.bytes ?? 0;
    const ms = median(Array.from({ length: runs }, () => importMs(outfile)));
    console.log(`| ${entry} | ${Math.round(bytes / 1024)} | ${ms.toFixed(0)} |`);
  }
} finally {
  await rm(folder, { recursive: true });
}
