import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { alerts } from "./alerts/part.ts";
import { beside } from "./beside/part.ts";
import { coldStart } from "./cold-start/part.ts";
import { cost } from "./cost/part.ts";
import { featuresAsCode } from "./features-as-code/part.ts";
import { forEach } from "./for-each/part.ts";
import { growth } from "./growth/part.ts";
import { herd } from "./herd/part.ts";
import { lateness } from "./lateness/part.ts";
import { limitsCounted } from "./limits/part.ts";
import { limitsTimed } from "./limits/timed/part.ts";
import { overhead } from "./overhead/part.ts";
import { page } from "./page.ts";
import type { Part } from "./part.ts";
import { scale } from "./scale/part.ts";
import { throughput } from "./throughput/part.ts";
import { waitsCounted, waitsTimed } from "./waits/part.ts";
import { who } from "./who/part.ts";

/** `npm run bench [-- part ...]`: runs the named parts, or all of them, and writes their sections of docs/benchmarks.md. */
const parts: Record<string, Part> = {
  "cold-start": coldStart,
  cost,
  lateness,
  overhead,
  who,
  growth,
  "features-as-code": featuresAsCode,
  beside,
  "for-each": forEach,
  "limits-counted": limitsCounted,
  "limits-timed": limitsTimed,
  herd,
  scale,
  throughput,
  "waits-counted": waitsCounted,
  "waits-timed": waitsTimed,
  alerts,
};
const file = new URL("../docs/benchmarks.md", import.meta.url);

/** Parts that one name runs: what does not depend on the machine, and what does. */
const groups: Record<string, string[]> = {
  limits: ["limits-counted", "limits-timed"],
  waits: ["waits-counted", "waits-timed"],
};

const asked = process.argv.slice(2);
const named = asked.flatMap((name) => groups[name] ?? [name]);
const unknown = named.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(
    `There is no part ${unknown.join(", ")}. The parts are ${[...Object.keys(groups), ...Object.keys(parts)].join(", ")}.`,
  );
  process.exit(1);
}
const chosen = named.length > 0 ? named : Object.keys(parts);
if (chosen.length > 1) {
  // Each in its own process, so that what one has loaded and warmed up does not speed up the next.
  for (const name of chosen) {
    spawnSync(process.execPath, [...process.execArgv, process.argv[1] ?? "", name], { stdio: "inherit" });
  }
} else {
  const [name = ""] = chosen;
  console.error(`${name} ...`);
  const section = await (parts[name] as Part)();
  for (const { what, target, measured, met } of section.targets) {
    console.error(`  ${met ? "met   " : "MISSED"} ${what}: ${measured} (target ${target})`);
  }
  const before = await readFile(file, "utf8").catch(() => "");
  await writeFile(file, page(before, Object.keys(parts), name, section));
  spawnSync("biome", ["check", "--write", fileURLToPath(file)]);
}
