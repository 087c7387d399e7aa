import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privilegesByEntry } from "../infra/privileges.ts";
import { synthesize } from "../infra/synth.ts";
import type { Call } from "./calls.ts";
import { refusedOf } from "./granted.ts";

/*
 * `npm run test:grants`: what the functions ask of AWS while the integration tests drive local systems, and whether their roles allow that in a
 * deployment of the same catalog. No server on this machine looks at permissions, and no emulator at the keys of items.
 */
const folder = mkdtempSync(join(tmpdir(), "grants-"));
const root = join(import.meta.dirname, "../..");
const places = ["local", "api", "intake", "webhooks", "how-to", "sign-in", "mcp", "sdk", "traces"];
/** `-- test/integration/local/signals` drives less. */
const given = process.argv.slice(2);
const tests = given.length > 0 ? given : places.map((place) => `test/integration/${place}`);

type Seen = Call & { entry: string };

const isThere = (name: string) => existsSync(join(folder, name));
const textOf = (name: string) => readFileSync(join(folder, name), "utf8");

/** What the processes with the same catalog have asked for, each request once. Nothing of one that was killed before it had kept its catalog. */
function seenByCatalog(): { catalog: string; calls: Seen[] }[] {
  const processes = readdirSync(folder)
    .flatMap((name) => (name.endsWith(".calls") ? [name.replace(".calls", "")] : []))
    .filter((process) => isThere(`${process}.catalog.json`));
  const by = Map.groupBy(processes, (process) => textOf(`${process}.catalog.json`));
  return [...by].map(([catalog, those]) => {
    const lines = those.flatMap((process) => textOf(`${process}.calls`).trim().split("\n"));
    return { catalog, calls: [...new Set(lines)].map((line): Seen => JSON.parse(line)) };
  });
}

/** Code of a test's own is in a folder that is gone: for the grants it matters that a product has some. */
const withCodeThatExists = (catalog: string) => catalog.replace(/"code":"[^"]+"/g, '"code":"../test/grants/main.ts"');

function refusedWith({ catalog, calls }: { catalog: string; calls: Seen[] }): string[] {
  const { service } = synthesize({}, JSON.parse(withCodeThatExists(catalog)) as unknown[]);
  const may = privilegesByEntry(service);
  const by = Object.groupBy(calls, ({ entry }) => entry);
  return Object.entries(by).flatMap(([entry, of = []]) =>
    refusedOf(may[entry] ?? [], of).map(({ action, on, key }) =>
      `${entry} may not ${action} ${on} ${key ?? ""}`.trim(),
    ),
  );
}

try {
  const hook = new URL("./record-calls.ts", import.meta.url).href;
  const { status } = spawnSync(process.execPath, [join(root, "test/jest.mjs"), "integration", ...tests], {
    ...{ cwd: root, stdio: "inherit" },
    env: { ...process.env, CALLS_FOLDER: folder, HANDLERS_PRELOAD: hook },
  });
  const catalogs = seenByCatalog();
  const calls = catalogs.flatMap((one) => one.calls);
  // One example of each kind of key.
  const byKind = Object.groupBy(catalogs.flatMap(refusedWith), (line) => line.split("#")[0] ?? "");
  const refused = Object.values(byKind).flatMap((lines = []) => lines.slice(0, 1));
  const functions = new Set(calls.map(({ entry }) => entry)).size;
  console.log(`\n${calls.length} kinds of requests by ${functions} functions, with ${catalogs.length} catalogs.`);
  console.log(refused.length === 0 ? "The roles allow all of them." : `Not allowed:\n${refused.join("\n")}`);
  // What has made no request shows nothing.
  process.exitCode = status !== 0 || refused.length > 0 || calls.length === 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
