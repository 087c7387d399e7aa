import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { answer } from "../../../lambdas/dashboard/answer.ts";
import { dashboardFolder } from "../../../lambdas/topology.ts";
import { anEvent } from "../../support/page-event.ts";

/** What `npm ci` and `npm run build:dashboard` have built. */
const read = (name: string) => readFileSync(join(dashboardFolder.built, name));
const names = readdirSync(dashboardFolder.built, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name).slice(dashboardFolder.built.length + 1));
const files = names.filter((name) => !/\.(br|gz)$/.test(name));
const assets = files.filter((name) => name.startsWith("assets/"));

test("the page has everything in files, which it names relative to itself", () => {
  const page = read("index.html").toString();
  expect(page).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=|https?:/);
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
  expect(named.filter((path) => !path.startsWith("./"))).toEqual([]);
  expect(assets).toEqual(expect.arrayContaining(named.map((path) => path.slice(2))));
});

test("every file but the page has a hash in its name and no source map", () => {
  expect(files.filter((name) => name !== "index.html" && !/^assets\/.+-[\w-]{8}\.\w+$/.test(name))).toEqual([]);
  expect(names.filter((name) => name.includes(".map"))).toEqual([]);
});

test("every text file of the page is there in both encodings", () => {
  const texts = files.filter((one) => /\.(html|js|css|svg|json)$/.test(one));
  expect(texts).toContain("index.html");
  for (const name of texts) {
    expect([name, brotliDecompressSync(read(`${name}.br`)).equals(read(name))]).toEqual([name, true]);
    expect([name, gunzipSync(read(`${name}.gz`)).equals(read(name))]).toEqual([name, true]);
  }
});

test.each(assets)("the built %s is served, within what Lambda sends", async (name) => {
  const event = anEvent("/assets/{proxy+}", `/${name}`);
  const { statusCode, body = "" } = await answer(event, async (path) => read(path));
  expect([statusCode, body.length < 6_000_000]).toEqual([200, true]);
});

/** A file with all that it imports before it runs; what it imports later is left out. */
function withImports(name: string, known = new Set<string>()): Set<string> {
  if (known.has(name)) return known;
  known.add(name);
  if (!name.endsWith(".js")) return known;
  for (const [, file] of read(name)
    .toString()
    .matchAll(/(?:from|import)\s*"\.\/([\w.-]+)"/g)) {
    withImports(`assets/${file}`, known);
  }
  return known;
}

test("the first load of the page has at most 120 KB, compressed, and 70 KB as browsers take it", () => {
  const page = read("index.html").toString();
  const named = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path = ""]) => path);
  const overview = assets.filter((name) => /\/overview-.*\.(js|css)$/.test(name));
  expect(overview.length).toBeGreaterThan(0);
  const loaded = new Set([...named, ...overview].flatMap((name) => [...withImports(name)]));
  const bytes = (encoding: "br" | "gz") =>
    [...loaded].reduce((sum, name) => sum + read(`${name}.${encoding}`).byteLength, 0);
  // A phone on a slow network has the page within a second or two.
  expect(bytes("gz")).toBeLessThanOrEqual(120_000);
  expect(bytes("br")).toBeLessThanOrEqual(70_000);
  expect(loaded.size).toBeGreaterThan(3);
});
