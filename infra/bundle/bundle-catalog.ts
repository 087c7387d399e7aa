import { build } from "esbuild";
import { options } from "./options.ts";

/**
 * Bundles a catalog, with all that it imports, into one file that any Node can import: whatever the team's modules are (TypeScript
 * with or without file extensions, paths of a tsconfig.json, CommonJS), the functions' bundles take them in the same way.
 * Throws what esbuild says of a file that does not compile.
 */
export async function bundleCatalog(file: string, outfile: string): Promise<void> {
  const { absWorkingDir: _, minify: __, outExtension: ___, metafile: ____, ...rest } = options;
  await build({ ...rest, entryPoints: [file], outfile, sourcemap: "inline", logLevel: "silent" });
}
