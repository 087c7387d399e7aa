import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Node's own modules by `process.getBuiltinModule`: an ES module that imports one reads all of its exports at once, and
 * behind those of `node:http` is undici, which costs a cold start more than anything of ours.
 * https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
const builtins: Plugin = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z_]+)*$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      return { path: path.replace(/^node:/, ""), namespace: kind === "dynamic-import" ? "lazy-builtin" : "builtin" };
    });
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}")`,
    }));
    onLoad({ filter: /.*/, namespace: "lazy-builtin" }, ({ path }) => ({
      contents: `const all = process.getBuiltinModule("node:${path}");
        export default all;
        export const { ${plainExports(path).join(", ")} } = all`,
    }));
  },
};

/** Without those that are computed when they are asked for. */
const plainExports = (builtin: string): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(`node:${builtin}`) ?? {}))
    .filter(([name, { value }]) => value !== undefined && name !== "default")
    .map(([name]) => name);

/**
 * Lazy imports of CommonJS packages with the names that Node would find in them: esbuild gives a chunk that is made of
 * one a default export only.
 */
const commonJs: Plugin = {
  name: "commonjs",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[^.]/ }, async ({ path, kind, namespace, pluginData, ...from }) => {
      if (kind !== "dynamic-import" || isBuiltin(path) || pluginData === commonJs) return undefined;
      const found = await resolve(path, { ...from, kind, pluginData: commonJs });
      const isModule = found.external || /^\s*(import|export)\b/m.test(await readFile(found.path, "utf8"));
      return isModule ? found : { path: found.path, namespace: "lazy-commonjs" };
    });
    onLoad({ filter: /.*/, namespace: "lazy-commonjs" }, async ({ path }) => {
      const names = Object.keys(await import(pathToFileURL(path).href)).filter((name) => /^\w+$/.test(name));
      return { contents: `export { ${names.join(", ")} } from ${JSON.stringify(path)}`, resolveDir: dirname(path) };
    });
  },
};

/**
 * Lambda gives the credentials of a function's role as environment variables, good for as long as the environment lives:
 * what else the SDK looks through (profiles, SSO, STS, containers) is a third of every bundle and never reached.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
const credentials: Plugin = {
  name: "credentials",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/@aws-sdk\/credential-provider-node\/[^.]+\/index\.js$/ }, () => ({
      contents: 'export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env"',
      resolveDir: join(root, "node_modules/@aws-sdk/credential-provider-node"),
    }));
  },
};

/** Of its own package.json a client wants the version alone, for its User-Agent. */
const versions: Plugin = {
  name: "versions",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/@aws-sdk\/[^/]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, "utf8")) as { version: string };
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
  },
};

/** The client of a port that is loaded lazily (lambdas/aws/lazy-ports.ts), by its file's name. */
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

const plugins = [builtins, commonJs, credentials, versions];

const options = {
  absWorkingDir: root,
  bundle: true,
  // What is imported lazily stays out of the file that a cold start compiles.
  splitting: true,
  minify: true,
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
 * Bundles `lambdas/<entry>/handler.ts` into a folder: `index.mjs`, and beside it chunks for what is imported lazily.
 * Answers what esbuild says of the files it wrote, by their names.
 */
export async function bundle(entry: string, outdir: string): Promise<Metafile["outputs"]> {
  const found = new Set<string>();
  const start = await build({
    ...options,
    outdir,
    entryPoints: { index: `lambdas/${entry}/handler.ts` },
    plugins: [...plugins, lazyPorts(found)],
  });
  const later = await build({
    ...options,
    outdir,
    entryPoints: Object.fromEntries([...found].map((name) => [name, `lambdas/aws/${name}.ts`])),
    plugins,
  });
  const outputs = { ...start.metafile.outputs, ...later.metafile.outputs };
  return Object.fromEntries(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
}

/** The names of the files that a cold start loads: the entry's and what it imports at once. */
export function loadedAtStart(outputs: Metafile["outputs"], file = "index.mjs", seen = new Set<string>()): Set<string> {
  seen.add(file);
  for (const { path, kind } of outputs[file]?.imports ?? []) {
    const name = basename(path);
    if (kind === "import-statement" && name in outputs && !seen.has(name)) loadedAtStart(outputs, name, seen);
  }
  return seen;
}
