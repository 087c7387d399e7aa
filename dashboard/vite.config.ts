import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compressed } from "./compress.ts";

/**
 * Builds the page to hashed files that any path can serve: it refers to its files and to the API relative to itself. The page's
 * content security policy allows no inline script or style, so nothing is inlined.
 */
// biome-ignore lint/style/noDefaultExport: Vite reads its configuration from a default export
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  resolve: {
    alias: {
      react: "preact/compat",
      "react-dom": "preact/compat",
      "react/jsx-runtime": "preact/jsx-runtime",
    },
    dedupe: ["preact"],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    // Vite would add the polyfill as a script of its own; browsers of this target preload modules by themselves.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [compressed()],
  cacheDir: fileURLToPath(new URL("../node_modules/.cache/vite", import.meta.url)),
});
