import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionsOf } from "../support/command-options.ts";
import { crash } from "./crash.ts";

const usage = `npm run crash -- [--kills 30] [--seed S] [--keep]

Kills \`npm start\` under load, so many times, and says what became of the jobs. With --keep the data stays where it is.`;

const values = optionsOf(
  usage,
  {
    kills: { type: "string", default: "30" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
    keep: { type: "boolean", default: false },
  },
  ["kills", "seed"],
);

const folder = mkdtempSync(join(tmpdir(), "ductape-crash-"));
console.log(`seed ${values.seed}, in ${folder}`);
const report = await crash({
  kills: Number(values.kills),
  seed: Number(values.seed),
  folder: join(folder, "code"),
  say: console.log,
});
const { faults, accepted, ...figures } = report;
console.table(accepted);
console.table(figures);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
if (!values.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
