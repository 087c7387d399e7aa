import { readFile } from "node:fs/promises";

test.each(["README.md", "sdk/README.md"])("%s installs the version that npm packs", async (page) => {
  const { name, version } = JSON.parse(await readFile("sdk/package.json", "utf8"));
  const named = [...(await readFile(page, "utf8")).matchAll(/ductape-sdk-([\w.-]+)\.tgz/g)].map(([, found]) => found);
  expect(name).toBe("ductape-sdk");
  expect(new Set(named)).toEqual(new Set([version]));
});

test("the SDK's page asks a workspace for a version that it has", async () => {
  const { version } = JSON.parse(await readFile("sdk/package.json", "utf8"));
  expect(await readFile("sdk/README.md", "utf8")).toContain(`"ductape-sdk": "^${version}"`);
});
