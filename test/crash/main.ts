import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crash } from "./crash.ts";

/** `npm run crash -- --kills 30 --seed 1`: kills `npm start` under load, and says what became of the jobs. */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "30" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
    /** Leaves the data where it is. */
    keep: { type: "boolean", default: false },
  },
});

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
