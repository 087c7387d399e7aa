import { execFile } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { readSettings } from "../../../local/runtime/settings.ts";
import { portFault, StartError } from "../../../local/runtime/start-error.ts";
import { banner } from "../../../local/terminal/banner.ts";
import { repository } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

const folder = tempFolder();

/** Runs `local/launch.mjs` in a folder with nothing else, as a Node of this version would. */
function launch(where: string, version: string) {
  mkdirSync(join(where, "local"), { recursive: true });
  cpSync(join(repository, "local/launch.mjs"), join(where, "local/launch.mjs"));
  writeFileSync(join(where, "program.mjs"), 'console.log("ran", ...process.argv.slice(2));');
  const pretend = `Object.defineProperty(process.versions, "node", { value: "${version}" });`;
  writeFileSync(join(where, "pretend.cjs"), pretend);
  const args = ["--require", join(where, "pretend.cjs"), "local/launch.mjs", "program.mjs", "--watch"];
  return new Promise<{ code: number; output: string }>((done) => {
    const child = execFile(process.execPath, args, { cwd: where, env: {} }, (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? 1, output: `${stdout}${stderr}`.trim() }),
    );
  });
}

/** The state after `npm ci`, or after `npm ci --ignore-scripts`, which leaves the package without its program. */
function installed(where: string): string {
  mkdirSync(join(where, "node_modules/node"), { recursive: true });
  writeFileSync(join(where, "node_modules/node/package.json"), "{}");
  return where;
}

test("a program without `npm ci` reports that, on any Node", async () => {
  for (const version of ["20.20.2", "24.21.0"]) {
    const { code, output } = await launch(join(folder, `bare-${version}`), version);
    expect(code).toBe(1);
    expect(output).toMatch(/^The packages are not installed\..*npm ci$/s);
  }
});

test("a program without install scripts reports the missing Node and how to get it", async () => {
  const { code, output } = await launch(installed(join(folder, "no-scripts")), "20.20.2");
  expect(code).toBe(1);
  expect(output).toMatch(/^This needs Node 24, but runs on Node 20\.20\.2\..*npm ci --ignore-scripts=false$/s);
});

test("an installed program runs with its arguments", async () => {
  expect(await launch(installed(join(folder, "good")), "24.21.0")).toEqual({ code: 0, output: "ran --watch" });
});

test("`npm start` reads its options and prints its usage", () => {
  expect(readSettings(["--watch"], {})).toMatchObject({ watch: true, verbose: false, port: 3000 });
  for (const help of ["--help", "-h"]) expect(readSettings([help, "--watch"], {})).toBe("help");
  expect(readSettings([], {})).toMatchObject({ attempts: "text", empty: false });
  expect(readSettings(["--quiet", "--empty"], {})).toMatchObject({ attempts: "none", empty: true });
  expect(readSettings(["--json"], {})).toMatchObject({ attempts: "json" });
  expect(readSettings(["--port", "7100"], { PORT: "3100" })).toMatchObject({ port: 7100 });
  expect(readSettings(["--allow-real"], {})).toMatchObject({ allowReal: true });
  expect(readSettings([], {})).toMatchObject({ allowReal: false });
  expect(() => readSettings(["--port", "x"], {})).toThrow("--port must be a number from 0 to 65535.");
  expect(() => readSettings(["--json", "--quiet"], {})).toThrow(/exclude each other/);
  expect(() => readSettings(["--wach"], {})).toThrow(/--wach.*--watch +reload when/s);
});

test("an unavailable port is reported with what to do", () => {
  const fault = (code: string) => portFault(80, Object.assign(new Error("listen"), { code }));
  for (const code of ["EADDRINUSE", "EACCES"]) {
    expect(fault(code)).toBeInstanceOf(StartError);
    expect(String(fault(code))).toMatch(/Port 80 .*--port \(or PORT\) and another port/);
  }
  expect(fault("EMFILE")).not.toBeInstanceOf(StartError);
});

test("the banner says how far ahead the clock is, if it is", () => {
  const local = { url: "http://127.0.0.1:3000", apiKey: "k", aws: { sqs: "s", events: "e" }, allowReal: false };
  expect(banner({ ...local, clockOffsetMs: 0 }, 1)).not.toContain("ahead");
  expect(banner({ ...local, clockOffsetMs: 30 * 86_400_000 }, 1)).toContain("The clock is 30.0 days ahead");
});

test("a project's banner has a command for its event and says which machines are called", () => {
  const local = { url: "http://127.0.0.1:3000", apiKey: "k", aws: { sqs: "s", events: "e" }, clockOffsetMs: 0 };
  const first = { product: "shop", env: "dev", event: "remind", input: { params: { order: "1" }, body: {} } };
  expect(banner({ ...local, allowReal: false, first }, 1, false)).toContain(
    `\nnpx ductape-jobs schedule remind --product shop --env dev --input '{"params":{"order":"1"},"body":{}}' --wait\n`,
  );
  expect(banner({ ...local, allowReal: false }, 1)).toContain("calls of other machines are refused");
  expect(banner({ ...local, allowReal: true }, 1)).toContain("other machines are called for real");
});
