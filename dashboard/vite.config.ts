import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compressed } from "./compress.ts";

/** Where `vite dashboard` finds an API, such as that of `npm start`. */
const api = process.env.DUCTAPE_URL ?? "http://127.0.0.1:3000";

/** The gateway refuses a browser's request whose Origin is not its own, and the development server has another port. */
const proxied = {
  target: api,
  changeOrigin: true,
  headers: { "sec-fetch-site": "same-origin" },
  configure: (proxy: {
    on(event: "proxyReq", listener: (request: { removeHeader(name: string): void }) => void): void;
  }) =>
    proxy.on("proxyReq", (request) => {
      request.removeHeader("origin");
      request.removeHeader("referer");
    }),
};

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
      "react-dom/client": "preact/compat/client",
      "react-dom": "preact/compat",
      "react/jsx-runtime": "preact/jsx-runtime",
      react: "preact/compat",
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
    rolldownOptions: {
      // "use client" means something to a server that renders React; there is none. How long plugins take is news to nobody who installs.
      onLog: (level, log, next) =>
        !["MODULE_LEVEL_DIRECTIVE", "PLUGIN_TIMINGS"].includes(log.code ?? "") && next(level, log),
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/v1": proxied, "/local": proxied, "/outbox": proxied, "/openapi.json": proxied },
  },
  plugins: [compressed()],
  cacheDir: fileURLToPath(new URL("../node_modules/.cache/vite", import.meta.url)),
});
