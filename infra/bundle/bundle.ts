import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { handlerFile } from "../../lambdas/topology.ts";
import { catalogOnly } from "./catalog-only.ts";
import { defer, sourceOf } from "./deferred.ts";
import { edits } from "./edits.ts";
import { builtins, commonJs } from "./node.ts";
import { browsers, credentials, errorClasses, unreached, versions } from "./sdk.ts";
import { stringFormats } from "./zod.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The client of a port that is loaded lazily (lambdas/aws/start/lazy-ports.ts), by its file's name. */
const lazyPort = /^\.\/(start-[a-z-]+)\.ts$/;

/**
 * Lazy ports become bundles of their own, with what of the SDK they need: esbuild splits by files, so that what S3 alone
 * uses of the files that all clients share (XML, for one) would be in what a cold start compiles. `found` gets their names.
 */
const lazyPorts = (found: Set<string>): Plugin => ({
  name: "lazy-ports",
  setup({ onResolve }) {
    onResolve({ filter: lazyPort }, ({ path, kind }) => {
      if (kind !== "dynamic-import") return undefined;
      const name = path.replace(lazyPort, "$1");
      found.add(name);
      return { path: `./${name}.mjs`, external: true };
    });
  },
});

const plugins = [
  builtins,
  browsers,
  commonJs,
  credentials,
  versions,
  edits(unreached),
  errorClasses,
  stringFormats,
  catalogOnly,
];

const options = {
  absWorkingDir: root,
  bundle: true,
  // What is imported lazily stays out of the file that a cold start compiles.
  splitting: true,
  minify: true,
  // Beside the code and not named in it: Node would read them at each cold start, a quarter more. docs/operations.md#logs.
  sourcemap: "external",
  // Stack frames need names and lines only; the text of the sources would double the package.
  sourcesContent: false,
  format: "esm",
  outExtension: { ".js": ".mjs" },
  platform: "node",
  target: "node24",
  mainFields: ["module", "main"],
  // CommonJS dependencies inside an ES module still call `require` for what is not bundled.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  metafile: true,
  logLevel: "error",
} as const satisfies BuildOptions;

/**
 * Bundles the handler of an entry into a folder: `index.mjs`, and beside it chunks for what is imported lazily or deferred.
 * Answers what esbuild says of the files it wrote, by their names.
 */
export async function bundle(entry: string, outdir: string): Promise<Metafile["outputs"]> {
  const ports = new Set<string>();
  const groups = new Set<string>();
  const start = await build({
    ...options,
    outdir,
    entryPoints: { index: handlerFile(entry) },
    plugins: [...plugins, lazyPorts(ports), defer(groups)],
  });
  const later = await build({
    ...options,
    outdir,
    entryPoints: Object.fromEntries([...ports].map((name) => [name, `lambdas/aws/start/${name}.ts`])),
    plugins,
  });
  const seldom = await Promise.all([...groups].map((group) => bundleGroup(group, outdir)));
  const outputs = [start, later, ...seldom].flatMap(({ metafile }) => Object.entries(metafile.outputs));
  return Object.fromEntries(outputs.map(([path, output]) => [basename(path), output]));
}

/** What is deferred (`infra/bundle/deferred.ts`) is asked for with `require`. */
const bundleGroup = (group: string, outdir: string) =>
  build({
    ...options,
    splitting: false,
    format: "cjs",
    banner: {},
    stdin: { contents: sourceOf(group), resolveDir: root },
    outfile: join(outdir, `${group}.cjs`),
    plugins: [builtins],
  });

/** The names of the files that a cold start loads: the entry's and what it imports at once. */
export function loadedAtStart(outputs: Metafile["outputs"], file = "index.mjs", seen = new Set<string>()): Set<string> {
  seen.add(file);
  for (const { path, kind } of outputs[file]?.imports ?? []) {
    const name = basename(path);
    if (kind === "import-statement" && name in outputs && !seen.has(name)) loadedAtStart(outputs, name, seen);
  }
  return seen;
}
