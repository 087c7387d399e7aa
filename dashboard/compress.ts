import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** What is text, and so becomes smaller. Images and fonts are compressed already. */
const textual = /\.(html|js|css|svg|json|txt)$/;
/** Lambda sends at most 6 MB, in which base64 takes four bytes for three. */
const mostBytes = 4 * 1024 * 1024;

/**
 * Writes each text as `<name>.br` and `<name>.gz` beside it, because API Gateway compresses nothing. Fails the build where a
 * file would be too large to be served.
 */
export const compressed = (): Plugin => ({
  name: "compressed",
  apply: "build",
  enforce: "post",
  generateBundle: {
    order: "post",
    handler(_options, files) {
      for (const [fileName, file] of Object.entries(files)) {
        const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
        if (content.length > mostBytes) this.error(`${fileName} has more than ${mostBytes} bytes.`);
        if (!textual.test(fileName)) continue;
        this.emitFile({ type: "asset", fileName: `${fileName}.br`, source: brotli(content) });
        this.emitFile({ type: "asset", fileName: `${fileName}.gz`, source: gzipSync(content, { level: 9 }) });
      }
    },
  },
});

const brotli = (content: Buffer): Buffer =>
  brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
