import { basename } from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { handlerFile } from "../../lambdas/topology.ts";
import { extension } from "./extension.ts";
import { builtins, commonJs } from "./node.ts";

import { notInstalled } from "./not-installed.ts";
import { options } from "./options.ts";

/** The file of a lazy port (lambdas/aws/start/lazy-ports.ts), by its name before and after bundling. */
const lazyPort = /^\.\/(start-[a-z-]+)\.m?[jt]s$/;

/**
 * Lazy ports become bundles of their own, each with the parts of the SDK that it needs: esbuild splits by whole files, so
 * what S3 alone uses of the files that all clients share (XML, for one) would be in what a cold start compiles.
 */
const lazyPorts: Plugin = {
  name: "lazy-ports",
  setup({ onResolve }) {
    onResolve({ filter: lazyPort }, ({ path, kind }) =>
      kind === "dynamic-import" ? { path: path.replace(lazyPort, "./$1.mjs"), external: true } : undefined,
    );
  },
};

const lazyPortsOf = ({ outputs }: Metafile): string[] =>
  Object.values(outputs).flatMap(({ imports }) => imports.flatMap(({ path }) => lazyPort.exec(path)?.[1] ?? []));

/**
 * Packages that the SDK imports lazily and no function ever needs: every other source of credentials than the role's
 * (`lambdas/aws/client/role-credentials.ts`), and the parser of browser names. A cold start would compile
 * more, because esbuild keeps what they share with the clients in one file with what the clients need.
 */
const neverLoaded = [
  ...["ini", "sso", "process", "web-identity", "http"].map((source) => `@aws-sdk/credential-provider-${source}`),
  "@smithy/credential-provider-imds",
  "bowser",
];

/** The catalog of a team in the place of the one that `#catalog` names. */
const catalogOf = (file: string): Plugin => ({
  name: "catalog",
  setup({ onResolve }) {
    onResolve({ filter: /^#catalog$/ }, () => ({ path: file }));
  },
});

/** None of them touches a package's source. */
export const plugins = (catalog?: string): Plugin[] => [
  ...(catalog === undefined ? [] : [catalogOf(catalog)]),
  builtins,
  notInstalled,
  commonJs,
  lazyPorts,
];

const split = {
  ...options,
  // Keeps lazy imports out of the file that a cold start compiles.
  splitting: true,
  // Stored next to the code and not named in it, because Node would read source maps at each cold start, which would take a
  // quarter longer. docs/operations/monitoring.md#stack-frames
  sourcemap: "external",
  // Stack frames need names and lines only; the text of the sources would double the package.
  sourcesContent: false,
  external: neverLoaded,
} as const satisfies BuildOptions;

/**
 * Bundles the handler of an entry into a folder: `index.mjs`, and beside it chunks for what is imported lazily. Resolves
 * with what esbuild says of the files it wrote, by their names. `catalog` is the file of a team's catalog.
 */
export async function bundle(entry: string, outdir: string, catalog?: string): Promise<Metafile["outputs"]> {
  const start = await build({
    ...split,
    outdir,
    entryPoints: { index: handlerFile(entry, extension) },
    plugins: plugins(catalog),
  });
  const later = await build({
    ...split,
    outdir,
    entryPoints: Object.fromEntries(
      lazyPortsOf(start.metafile).map((name) => [name, `lambdas/aws/start/${name}${extension}`]),
    ),
    plugins: plugins(catalog),
  });
  const outputs = [start, later].flatMap(({ metafile }) => Object.entries(metafile.outputs));
  return Object.fromEntries(outputs.map(([path, output]) => [basename(path), output]));
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
