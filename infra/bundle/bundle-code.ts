import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, formatMessages } from "esbuild";
import { inParallel } from "../../lambdas/core/kernel/in-parallel.ts";
import { CatalogError } from "./bundle-catalog.ts";
import { type CodeEntry, codeRoot, missingModules, moduleOf } from "./code-entries.ts";
import { featureSizeFault } from "./code-size.ts";
import { extension } from "./extension.ts";
import { options } from "./options.ts";

const ourFolder = fileURLToPath(new URL("../../lambdas/", import.meta.url));
const ours = (path: string) => `${ourFolder}${path}${extension}`;

/** Each holds all that its feature imports in memory. */
const bundledAtOnce = 8;

/** What a bundle was made of. */
export interface BundledCode {
  /** The file to import, which exports `handler`. */
  file: string;
  /** The team's own files in it. */
  sources: string[];
}

/**
 * Bundles the code of a product into a folder: `index.mjs`, whose `handler` answers the messages of the engine, and its source map; and a
 * file for each feature, which runs keep by its hash. Names stay what they are, because errors are shown by them. Throws a CatalogError for a module that does not exist or does not compile.
 */
export async function bundleCode(
  product: string,
  entries: readonly CodeEntry[],
  { catalog, folder }: { catalog: string | undefined; folder: string },
): Promise<BundledCode> {
  const missing = missingModules({ [product]: entries }, catalog);
  if (missing.length > 0)
    throw new CatalogError(missing.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("\n"));
  const [functions, features] = [sectionOf(entries, "functions"), sectionOf(entries, "features")];
  try {
    await mkdir(folder, { recursive: true });
    const own = await bundled(`${product}.code.mjs`, entryOf(functions, features, catalog), {
      ...{ catalog, folder, file: "index.mjs", sourcemap: "linked" },
    });
    const ofFeatures = await inParallel(bundledAtOnce, features, async (entry) => {
      const sources = await bundled(`${product}.${entry.name}.mjs`, featureEntryOf(entry, catalog), {
        ...{ catalog, folder, file: featureFile(entry), sourcemap: "inline" },
      });
      const fault = featureSizeFault(product, entry.name, await readFile(join(folder, featureFile(entry))));
      if (fault !== undefined) throw new CatalogError(fault);
      return sources;
    });
    return { file: join(folder, "index.mjs"), sources: [...new Set([own, ...ofFeatures].flat())].filter(isTheirs) };
  } catch (error) {
    const { errors } = error as { errors?: Parameters<typeof formatMessages>[0] };
    if (!errors) throw error;
    const lines = await formatMessages(errors, { kind: "error", color: false });
    const hint = errors.some(({ text = "" }) => text.includes('".node" files')) ? `\n\n${nativeHint}` : "";
    throw new CatalogError(`The code of ${product} does not compile:\n${lines.join("").trimEnd()}${hint}`);
  }
}

const nativeHint =
  "A bundle is for any machine, and takes no compiled addon (.node): use a package without one, or run the function elsewhere (docs/catalog/code.md#elsewhere).";

const sectionOf = (entries: readonly CodeEntry[], section: CodeEntry["section"]): CodeEntry[] =>
  entries.filter((entry) => entry.section === section);

/** Capitals are marked: `Order` and `order` would be one file on the disks of macOS and Windows. No tag has a `+`. */
export const fileNameOf = (tag: string): string => tag.replaceAll(/[A-Z]/g, (capital) => `+${capital.toLowerCase()}`);

const featureFile = ({ name }: CodeEntry): string => `feature-${fileNameOf(name)}.mjs`;

interface Bundling {
  catalog: string | undefined;
  folder: string;
  file: string;
  /** In the file itself, where the file goes elsewhere by itself. */
  sourcemap: "linked" | "inline";
}

/** Bundles an entry into a file, and returns the files that are in it. */
async function bundled(sourcefile: string, contents: string, { catalog, folder, file, sourcemap }: Bundling) {
  const { bundle, format, platform, target, mainFields, banner } = options;
  const root = codeRoot(catalog);
  const { outputFiles, metafile } = await build({
    ...{ bundle, format, platform, target, banner, mainFields: [...mainFields] },
    absWorkingDir: root,
    stdin: { contents, resolveDir: root, sourcefile },
    define: commonJsNames,
    outfile: join(folder, file),
    sourcemap: sourcemap === "linked" ? "linked" : "external",
    sourcesContent: false,
    keepNames: true,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const maps = outputFiles.filter(({ path }) => path.endsWith(".map"));
  const [map = ""] = maps.map(({ text }) => namedFrom(root, folder, text));
  for (const { path, text } of outputFiles) {
    if (!path.endsWith(".map")) await writeFile(path, sourcemap === "inline" ? text + inlined(map) : text);
    else if (sourcemap === "linked") await writeFile(path, map);
  }
  return Object.keys(metafile.inputs).map((path) => resolve(root, path));
}

/** A bundle is an ES module, which has neither of them, and packages in CommonJS use them as they are loaded. */
const commonJsNames = { __dirname: "import.meta.dirname", __filename: "import.meta.filename" };

const inlined = (map: string): string =>
  `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}\n`;

const isTheirs = (path: string): boolean =>
  !path.includes("node_modules") && !path.startsWith(ourFolder) && existsSync(path);

/** Each module is loaded when a job first calls it, so that one that throws fails its own jobs only. */
function entryOf(functions: readonly CodeEntry[], features: readonly CodeEntry[], catalog: string | undefined): string {
  const offered = functions.map((entry) => `${JSON.stringify(entry.name)}: ${offeredOf(entry, catalog)}`);
  const files = features.map(
    (entry) => `${JSON.stringify(entry.name)}: new URL(${JSON.stringify(`./${featureFile(entry)}`)}, import.meta.url)`,
  );
  const reads = [...functions, ...features].some(({ secrets }) => secrets.length > 0);
  const parts = [
    `functions: { ${offered.join(", ")} }`,
    ...(files.length > 0 ? [`features: { ${files.join(", ")} }`] : []),
    ...(reads ? ["secrets: startSecrets"] : []),
  ];
  return [
    `import { lambdaHandler } from ${JSON.stringify(ours("code/lambda-handler"))};`,
    reads ? `import { startSecrets } from ${JSON.stringify(ours("aws/start/start-secrets"))};` : "",
    `export const handler = lambdaHandler({ ${parts.join(", ")} });`,
  ].join("\n");
}

const featureEntryOf = (entry: CodeEntry, catalog: string | undefined): string =>
  [
    `import { featureBundle } from ${JSON.stringify(ours("code/feature-bundle"))};`,
    `export const bundle = featureBundle(${JSON.stringify(entry.name)}, ${offeredOf(entry, catalog)});`,
  ].join("\n");

/** An entry as the code of the product sees it (`Offered`). */
function offeredOf(entry: CodeEntry, catalog: string | undefined): string {
  const module = moduleOf(entry, catalog);
  const file = relative(codeRoot(catalog), module);
  const fields = JSON.stringify({ export: entry.export, file, secrets: entry.secrets }).slice(1, -1);
  return `{ load: () => import(${JSON.stringify(module)}), ${fields} }`;
}

/** The sources by their names from the project's folder, and not from this machine's: `functions/price.ts`. */
function namedFrom(root: string, folder: string, map: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  const sources = parsed.sources.map((source) => relative(root, resolve(folder, source)));
  return JSON.stringify({ ...parsed, sources });
}
