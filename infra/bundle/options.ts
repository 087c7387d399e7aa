import { fileURLToPath } from "node:url";
import type { BuildOptions } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The options of every bundle, including the plain one that the benchmarks compare ours with. */
export const options = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: "esm",
  outExtension: { ".js": ".mjs" },
  platform: "node",
  target: "node24",
  mainFields: ["module", "main"],
  // CommonJS dependencies inside an ES module still call `require` for what is not bundled.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  // Kafka's client reads a file beside the code of this package, which a bundle does not have. Its other entry has the file in it.
  alias: { "@platformatic/wasm-utils": "@platformatic/wasm-utils/bundled" },
  metafile: true,
  logLevel: "error",
} as const satisfies BuildOptions;
