import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, formatMessages } from "esbuild";
import { CatalogError } from "./bundle-catalog.ts";
import { type CodeEntry, codeRoot, missingModules, moduleOf } from "./code-entries.ts";
import { extension } from "./extension.ts";
import { options } from "./options.ts";

const ourFolder = fileURLToPath(new URL("../../lambdas/", import.meta.url));
const ours = (path: string) => `${ourFolder}${path}${extension}`;

/** What a bundle was made of. */
export interface BundledCode {
  /** The file to import, which exports `handler`. */
  file: string;
  /** The team's own files in it. */
  sources: string[];
}

/**
 * Bundles the functions of a product into a folder: `index.mjs`, whose `handler` answers the messages of the engine, and its source map.
 * Names stay what they are, because errors are shown by them. Throws a CatalogError for a module that does not exist or does not compile.
 */
export async function bundleCode(
  product: string,
  entries: readonly CodeEntry[],
  { catalog, folder }: { catalog: string | undefined; folder: string },
): Promise<BundledCode> {
  const missing = missingModules({ [product]: entries }, catalog);
  if (missing.length > 0)
    throw new CatalogError(missing.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("\n"));
  const { bundle, format, platform, target, mainFields, banner } = options;
  const root = codeRoot(catalog);
  const file = join(folder, "index.mjs");
  try {
    const { outputFiles, metafile } = await build({
      ...{ bundle, format, platform, target, banner, mainFields: [...mainFields] },
      absWorkingDir: root,
      stdin: { contents: entryOf(entries, catalog), resolveDir: root, sourcefile: `${product}.code.mjs` },
      outfile: file,
      sourcemap: "linked",
      sourcesContent: false,
      keepNames: true,
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    await mkdir(folder, { recursive: true });
    for (const { path, text } of outputFiles)
      await writeFile(path, path.endsWith(".map") ? namedFrom(root, folder, text) : text);
    const inputs = Object.keys(metafile.inputs).map((path) => resolve(root, path));
    return { file, sources: inputs.filter(isTheirs) };
  } catch (error) {
    const { errors } = error as { errors?: Parameters<typeof formatMessages>[0] };
    if (!errors) throw error;
    const lines = await formatMessages(errors, { kind: "error", color: false });
    throw new CatalogError(`The code of ${product} does not compile:\n${lines.join("").trimEnd()}`);
  }
}

const isTheirs = (path: string): boolean =>
  !path.includes("node_modules") && !path.startsWith(ourFolder) && existsSync(path);

/** Each module is loaded when a job first calls it, so that one that throws fails its own jobs only. */
function entryOf(entries: readonly CodeEntry[], catalog: string | undefined): string {
  const functions = entries.map((entry) => {
    const module = moduleOf(entry, catalog);
    const { name, secrets } = entry;
    const file = relative(codeRoot(catalog), module);
    const fields = JSON.stringify({ export: entry.export, file, secrets }).slice(1, -1);
    return `${JSON.stringify(name)}: { load: () => import(${JSON.stringify(module)}), ${fields} }`;
  });
  const reads = entries.some(({ secrets }) => secrets.length > 0);
  return [
    `import { lambdaHandler } from ${JSON.stringify(ours("code/lambda-handler"))};`,
    reads ? `import { startSecrets } from ${JSON.stringify(ours("aws/start/start-secrets"))};` : "",
    `export const handler = lambdaHandler({ ${functions.join(", ")} }${reads ? ", startSecrets" : ""});`,
  ].join("\n");
}

/** The sources by their names from the project's folder, and not from this machine's: `functions/price.ts`. */
function namedFrom(root: string, folder: string, map: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  const sources = parsed.sources.map((source) => relative(root, resolve(folder, source)));
  return JSON.stringify({ ...parsed, sources });
}
