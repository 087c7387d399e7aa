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

test("a module of Node is got, not imported: an import would read all of its exports", async () => {
  const text = await bundled('import { Agent } from "node:http"; export const agent = new Agent();');
  expect(text).toContain('process.getBuiltinModule("node:http")');
  expect(text).not.toMatch(/\bimport\b/);
});

test("a module of Node that is imported lazily stays so", async () => {
  expect(await bundled('export const hooks = () => import("async_hooks");')).toContain('import("node:async_hooks")');
});

test("the node:http that is imported lazily comes without undici, which its getters would load", async () => {
  const text = await bundled('export const http = () => import("node:http");');
  const { http } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const { Agent, default: all, ...others } = await http();
  expect(Agent).toBe(nodeHttp.Agent);
  expect(all).toBe(nodeHttp);
  expect(others).not.toHaveProperty("WebSocket");
});
