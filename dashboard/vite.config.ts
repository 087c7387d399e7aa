import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const api = process.env.DUCTAPE_URL ?? "http://127.0.0.1:3000";
const root = fileURLToPath(new URL(".", import.meta.url));

/** React's packages run on Preact, which is a tenth of its size. */
const reactIsPreact = {
  "react/jsx-runtime": "preact/jsx-runtime",
  "react-dom/client": "preact/compat/client",
  "react-dom": "preact/compat",
  react: "preact/compat",
};

/** The gateway refuses a browser's request whose Origin is not its own, and the development server has another port. */
const proxied = {
  target: api,
  changeOrigin: true,
  configure: (proxy: {
    on(event: "proxyReq", listener: (request: { removeHeader(name: string): void }) => void): void;
  }) =>
    proxy.on("proxyReq", (request) => {
      request.removeHeader("origin");
      request.removeHeader("referer");
    }),
};

// biome-ignore lint/style/noDefaultExport: vite reads its configuration from a default export
export default defineConfig({
  root,
  // Relative, so that the page works below a sub-path and a custom domain.
  base: "./",
  resolve: { alias: reactIsPreact },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // The CSP allows no data: script or style, and each icon is a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/v1": proxied, "/local": proxied, "/outbox": proxied, "/openapi.json": proxied },
  },
});
