import nodeHttp from "node:http";
import { build } from "esbuild";
import { builtins } from "../../../infra/bundle/node.ts";

const bundled = async (contents: string): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    plugins: [builtins],
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
};

test("a bundle gets a module of Node without reading all of its exports", async () => {
  const text = await bundled('import { Agent } from "node:http"; export const agent = new Agent();');
  expect(text).toContain('process.getBuiltinModule("node:http")');
  expect(text).not.toMatch(/\bimport\b/);
});

test("a bundle keeps lazy imports of Node's modules", async () => {
  expect(await bundled('export const hooks = () => import("async_hooks");')).toContain('import("node:async_hooks")');
});

test("a bundle's lazy node:http comes without undici", async () => {
  const text = await bundled('export const http = () => import("node:http");');
  const { http } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const { Agent, default: all, ...others } = await http();
  expect(Agent).toBe(nodeHttp.Agent);
  expect(all).toBe(nodeHttp);
  expect(others).not.toHaveProperty("WebSocket");
});
