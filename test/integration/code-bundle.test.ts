import { execFileSync, spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { tempFolder } from "../support/local/temp-folder.ts";

/** The bundle of a product's code as the CDK makes it, in a process that has nothing else. */
const folder = tempFolder();
const entries = [{ name: "price", code: "./functions.ts", export: "price", secrets: [{ $secret: "shop/key" }] }];
execFileSync(process.execPath, [
  "infra/bundle/bundle-code-entry.ts",
  "shop",
  JSON.stringify(entries),
  folder,
  "test/support/code/catalog.ts",
]);

const call = {
  v: 1,
  kind: "call",
  function: "price",
  payload: { sku: "A-1" },
  job_id: "job_1",
  attempt: 1,
  deadline_ms: 500,
};

function run(message: object, before = "") {
  const program = join(folder, "run.mjs");
  writeFileSync(
    program,
    `${before}\nconst { handler } = await import("./index.mjs");\nconsole.error(JSON.stringify(await handler(${JSON.stringify(message)})));`,
  );
  return spawnSync(process.execPath, ["--enable-source-maps", program], { encoding: "utf8" });
}

test("a bundle answers by itself, and ends with its call", () => {
  const { stderr, stdout, status } = run(call);
  expect(status).toBe(0);
  expect(JSON.parse(stderr)).toEqual({
    v: 1,
    outcome: { is: "completed", value: { v: { total: 1999, currency: "EUR" } } },
  });
  expect(JSON.parse(stdout)).toMatchObject({ message: "looking up a price", job_id: "job_1" });
});

test("a bundle has no AWS client but those that read secrets", () => {
  expect(statSync(join(folder, "index.mjs")).size).toBeLessThan(2_500_000);
});

test("what blocks the process beyond the deadline ends it", () => {
  // The function itself is made to loop by what it calls first.
  const { signal } = run({ ...call, deadline_ms: 20 }, "Date.now = () => { for (;;); };");
  expect(signal).toBe("SIGKILL");
});
