import type { OnLoadOptions, PluginBuild } from "esbuild";
import { plugins } from "../../../infra/bundle/bundle.ts";

/** The namespaces of the files whose contents a plugin supplies. esbuild's own, that of the disk, is `file`. */
async function namespacesOf(plugin: ReturnType<typeof plugins>[number]): Promise<string[]> {
  const namespaces: string[] = [];
  const onLoad = ({ namespace = "file" }: OnLoadOptions) => namespaces.push(namespace);
  await plugin.setup({ onLoad, onResolve() {} } as unknown as PluginBuild);
  return namespaces;
}

test("a bundle has packages unchanged: no plugin replaces a file's content", async () => {
  const all = await Promise.all(plugins().map(namespacesOf));
  expect(all.flat().sort()).toEqual(["builtin", "lazy-builtin", "lazy-commonjs", "not-installed"]);
});
