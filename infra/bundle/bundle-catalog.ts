import { build, formatMessages } from "esbuild";
import { options } from "./options.ts";

/** The catalog cannot be loaded. The message says why, with the file and line where that is known. */
export class CatalogError extends Error {
  override readonly name = "CatalogError";
}

/**
 * Bundles a catalog, with all that it imports, into one file that any Node can import: whatever the team's modules are (TypeScript
 * with or without file extensions, paths of a tsconfig.json, CommonJS), the functions' bundles take them in the same way.
 * Throws a CatalogError for a file that does not compile.
 */
export async function bundleCatalog(file: string, outfile: string): Promise<void> {
  const { bundle, format, platform, target, mainFields, banner } = options;
  const how = { bundle, format, platform, target, mainFields: [...mainFields], banner };
  try {
    await build({ ...how, entryPoints: [file], outfile, sourcemap: "inline", logLevel: "silent" });
  } catch (error) {
    const { errors } = error as { errors?: Parameters<typeof formatMessages>[0] };
    if (!errors) throw error;
    const lines = await formatMessages(errors, { kind: "error", color: false });
    throw new CatalogError(`The catalog does not compile:\n${lines.join("").trimEnd()}`);
  }
}
